// Package lines reads text files line by line, plain or gzipped, with the
// bounds and the messages that readers of other people's files need.
package lines

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"perceptron/internal/filekind"
)

const (
	// longest is the length of the longest line read. A table of thousands of
	// columns has lines of some ten thousand bytes.
	longest = 1 << 20
	// A gzip file may unpack to unpackedFree bytes, and beyond them to
	// unpackedRatio times its own size. Deflate shrinks tables of numbers to
	// a fifth or a tenth, a file made to fill the memory to a thousandth.
	unpackedFree  = 4 << 20
	unpackedRatio = 100
)

// A Reader yields the lines of a text. Close it after use.
type Reader struct {
	name    string
	source  *counter
	text    *bufio.Reader
	line    int
	closers []io.Closer
}

// Open reads the file at path. Its errors name the file and the remedy.
func Open(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err // the path is in the message already
		}
		return nil, fmt.Errorf("%s: %w: check the path, and who may read it", path, err)
	}
	r, err := New(file, path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r.closers = append(r.closers, file)
	return r, nil
}

// New reads lines from source, for messages called name. The text is unpacked
// if it begins as gzip does; a name that ends in .gz promises that it does. It
// may be in UTF-8 or UTF-16; anything that is no text is an error that says what
// it is.
func New(source io.Reader, name string) (*Reader, error) {
	r := &Reader{name: name, source: &counter{source: source}}
	packed := bufio.NewReaderSize(r.source, 64<<10)
	magic, err := packed.Peek(2)
	switch {
	case len(magic) == 0 && err == io.EOF:
		return nil, fmt.Errorf("%s: the file is empty: check where it comes from", name)
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("%s: can't be read: %w", name, err)
	case string(magic) != "\x1f\x8b" && strings.HasSuffix(name, ".gz"):
		return nil, fmt.Errorf("%s: not a gzip file though its name ends in .gz: rename it, or get it again", name)
	case string(magic) != "\x1f\x8b":
		r.text = bufio.NewReaderSize(packed, longest)
	default:
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, explain(err))
		}
		ahead := readAhead(&bounded{source: unpacked, packed: r.source})
		r.closers = append(r.closers, ahead)
		r.text = bufio.NewReaderSize(ahead, longest)
	}
	if err := r.recognise(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// recognise refuses what is no text, and sees to it that the lines of other
// texts are in UTF-8 and end in LF.
func (r *Reader) recognise() error {
	head, _ := r.text.Peek(4 << 10) // an error comes up again when a line is read
	endian := unicode.LittleEndian
	switch kind := filekind.Of(head); kind {
	case filekind.Empty, filekind.Text: // empty is what was packed
	case filekind.UTF16BE, filekind.UTF16LE:
		if kind == filekind.UTF16BE {
			endian = unicode.BigEndian
		}
		r.text = bufio.NewReaderSize(transform.NewReader(r.text, unicode.UTF16(endian, unicode.UseBOM).NewDecoder()), longest)
	default:
		return fmt.Errorf("%s: this is %v, not a table as text: %s", r.name, kind, kind.Remedy())
	}
	if bom, _ := r.text.Peek(3); string(bom) == "\xef\xbb\xbf" {
		r.text.Discard(3) // can't fail: it was peeked at
	}
	if head, _ = r.text.Peek(64 << 10); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		r.text = bufio.NewReaderSize(oldMac{r.text}, longest)
	}
	return nil
}

// oldMac turns the line ends of an old Macintosh, a CR alone, into LF.
type oldMac struct{ source io.Reader }

func (o oldMac) Read(p []byte) (int, error) {
	n, err := o.source.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// Close ends the reading. It is not an error to do so before the last line.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Next returns the next line that isn't empty or blank, without its end, which
// may be LF, CRLF or, in a file without LF, CR; after the last one, io.EOF as it is. The line is valid until the
// next call.
func (r *Reader) Next() ([]byte, error) {
	for {
		line, err := r.text.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			r.line++
			return nil, r.Errorf("the line is longer than %d bytes: check that this is a table, and that its lines end", longest)
		}
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s: after line %d: %w", r.name, r.line, explain(err))
		}
		if len(line) == 0 {
			return nil, io.EOF
		}
		r.line++
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 && (line[0] != ' ' || len(bytes.TrimSpace(line)) > 0) {
			return line, nil
		}
	}
}

// Line returns the 1-based number of the line that Next returned last.
func (r *Reader) Line() int { return r.line }

// Name returns the name of the text.
func (r *Reader) Name() string { return r.name }

// Size returns how many bytes of the file, as it is packed, have been read: what
// a caller takes of memory should be in proportion to them.
func (r *Reader) Size() int64 { return r.source.bytes.Load() }

// Errorf returns an error that begins with "name:line: " of the last line.
func (r *Reader) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: "+format, append([]any{r.name, r.line}, args...)...)
}

// explain tells what a reading error means for the file's owner.
func explain(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("the gzip file is cut short: copy or download it again: %w", io.ErrUnexpectedEOF)
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("the gzip file is damaged: copy or download it again: %w", err)
	}
	return err
}

// readAhead reads source in a goroutine, a block of 256 KiB ahead of the
// caller, so that unpacking and parsing each have a processor.
func readAhead(source io.Reader) *io.PipeReader {
	out, in := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(in, 256<<10)
		_, err := buffered.ReadFrom(source)
		in.CloseWithError(errors.Join(buffered.Flush(), err)) // nil means the end
	}()
	return out
}

// counter counts the bytes read from source.
type counter struct {
	source io.Reader
	bytes  atomic.Int64 // one goroutine reads, another may look
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// bounded stops where source has unpacked to implausibly many bytes.
type bounded struct {
	source   io.Reader
	packed   *counter
	unpacked int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	b.unpacked += int64(n)
	if b.unpacked > unpackedFree+unpackedRatio*b.packed.bytes.Load() {
		return 0, fmt.Errorf("the gzip file unpacks to more than %d times its size, which no table of data does: if it is right, unpack it first", unpackedRatio)
	}
	return n, err
}
