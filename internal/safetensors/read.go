package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Read reads a whole file from r; see [Parse].
func Read(r io.Reader) (*File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("safetensors: cannot read: %w", err)
	}
	return Parse(data)
}

// Parse reads the file that data holds. The result shares no memory with data.
//
// Everything that the format forbids is an error: a header longer than the file
// or not JSON, a name given twice, a shape that does not fit its bytes, tensors
// that overlap, leave a gap or end elsewhere than the file.
func Parse(data []byte) (*File, error) {
	f, err := parse(data)
	var unsupported *dtypeError
	switch {
	case err == nil:
		return f, nil
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, errors.New("safetensors: this is a zip archive, such as torch.save writes: save the state dict as safetensors instead, see docs/interchange.md")
	case errors.As(err, &unsupported):
		return nil, fmt.Errorf("safetensors: %w: save the file again, its weights as F32", err)
	}
	return nil, fmt.Errorf("safetensors: %w: the file is damaged or of another kind: take another copy, or save it again", err)
}

// dtypeError is about a tensor of numbers that the format knows and we do not.
type dtypeError struct{ dtype string }

func (e *dtypeError) Error() string { return fmt.Sprintf("type %.80q is not supported", e.dtype) }

func parse(data []byte) (*File, error) {
	const lengthBytes = 8
	if len(data) < lengthBytes {
		return nil, fmt.Errorf("%d bytes are too few to hold the length of a header", len(data))
	}
	length, rest := binary.LittleEndian.Uint64(data), data[lengthBytes:]
	if length > uint64(len(rest)) {
		return nil, fmt.Errorf("the header claims %d bytes, but only %d follow", length, len(rest))
	}
	h, err := parseHeader(rest[:length])
	if err != nil {
		return nil, err
	}
	body := rest[length:]
	if err := h.checkOffsets(len(body)); err != nil {
		return nil, err
	}
	for i := range h.file.Tensors {
		span := h.spans[i]
		h.file.Tensors[i].decode(body[span.begin:span.end])
	}
	return h.file, nil
}

// span is where a tensor's numbers lie: data[begin:end].
type span struct{ begin, end int }

// header is a header while it is read: spans[i] belongs to file.Tensors[i].
type header struct {
	json  *json.Decoder
	file  *File
	spans []span
}

func parseHeader(text []byte) (*header, error) {
	// json.Valid bounds how deeply brackets nest, and after it the tokens come in
	// an order that only needs checking for their kind.
	if len(text) == 0 || text[0] != '{' || !utf8.Valid(text) || !json.Valid(text) {
		return nil, errors.New("the header is not a JSON object")
	}
	h := &header{json: json.NewDecoder(bytes.NewReader(text)), file: &File{}}
	err := h.object(func(key string) error {
		if key == metadataKey {
			return h.readMetadata()
		}
		if err := h.readTensor(key); err != nil {
			return fmt.Errorf("tensor %.80q: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (h *header) readMetadata() error {
	h.file.Metadata = map[string]string{}
	return h.object(func(key string) error {
		value, err := h.text()
		if err != nil {
			return fmt.Errorf("metadata %.80q: %w", key, err)
		}
		h.file.Metadata[key] = value
		return nil
	})
}

// readTensor reads one tensor's entry and checks it by itself.
func (h *header) readTensor(name string) error {
	var dtype string
	var shape, offsets []int
	fields := 0
	err := h.object(func(key string) (err error) {
		fields++
		switch key {
		case "dtype":
			dtype, err = h.text()
		case "shape":
			shape, err = h.sizes()
		case "data_offsets":
			offsets, err = h.sizes()
		default:
			return fmt.Errorf("unknown field %.80q", key)
		}
		return err
	})
	if err != nil {
		return err
	}
	if fields != 3 { // object has refused repeated ones
		return errors.New("needs dtype, shape and data_offsets")
	}
	if len(offsets) != 2 || offsets[0] > offsets[1] {
		return fmt.Errorf("data_offsets %v are not [begin, end]", offsets)
	}
	t := Tensor{Name: name, DType: DType(dtype), Shape: shape}
	size := t.DType.size()
	if size == 0 {
		return &dtypeError{dtype}
	}
	n, err := elements(shape)
	if err != nil {
		return err
	}
	if have := offsets[1] - offsets[0]; have != n*size {
		return fmt.Errorf("%d numbers of type %s take %d bytes, but data_offsets give %d", n, dtype, n*size, have)
	}
	h.file.Tensors = append(h.file.Tensors, t)
	h.spans = append(h.spans, span{offsets[0], offsets[1]})
	return nil
}

// checkOffsets makes sure that the tensors fill the data exactly once.
func (h *header) checkOffsets(dataBytes int) error {
	order := make([]int, len(h.spans))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(h.spans[a].begin, h.spans[b].begin), cmp.Compare(h.spans[a].end, h.spans[b].end))
	})
	end := 0
	for _, i := range order {
		name, span := h.file.Tensors[i].Name, h.spans[i]
		switch {
		case span.begin < end:
			return fmt.Errorf("tensor %.80q begins at byte %d of the data, inside the tensor before it", name, span.begin)
		case span.begin > end:
			return fmt.Errorf("tensor %.80q begins at byte %d of the data, but the one before it ends at %d", name, span.begin, end)
		case span.end > dataBytes:
			return fmt.Errorf("tensor %.80q ends at byte %d of the data, but the file has only %d", name, span.end, dataBytes)
		}
		end = span.end
	}
	if end != dataBytes {
		return fmt.Errorf("%d bytes follow the last tensor", dataBytes-end)
	}
	return nil
}

// object reads a JSON object, calling field to read the value of each key.
func (h *header) object(field func(key string) error) error {
	if err := h.delim('{', "an object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for h.json.More() {
		key, err := h.text()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("the header names %.80q twice", key)
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	return h.delim('}', "the end of an object")
}

// maxDims is PyTorch's own limit; it keeps a list of "1,1,1,…" from taking far
// more memory than its text.
const maxDims = 64

// sizes reads a JSON array of whole numbers from 0 up.
func (h *header) sizes() ([]int, error) {
	var text json.RawMessage // decoding into []int would take null for 0
	if err := h.json.Decode(&text); err != nil {
		return nil, err
	}
	list := strings.TrimSpace(string(text))
	if list[0] != '[' {
		return nil, fmt.Errorf("found %.40q where a list of whole numbers belongs", list)
	}
	list = strings.TrimSpace(list[1 : len(list)-1])
	numbers := []int{}
	if list == "" {
		return numbers, nil
	}
	for item := range strings.SplitSeq(list, ",") {
		if len(numbers) == maxDims {
			return nil, fmt.Errorf("a list has more than %d numbers", maxDims)
		}
		item = strings.TrimSpace(item)
		n, err := strconv.Atoi(item)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%.40q is not a size or position: it must be a whole number from 0 up", item)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

func (h *header) text() (string, error) {
	token, err := h.json.Token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("found %.40q where a string belongs", fmt.Sprint(token))
	}
	return s, nil
}

func (h *header) delim(want json.Delim, what string) error {
	token, err := h.json.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %.40q where %s belongs", fmt.Sprint(token), what)
	}
	return nil
}
