package mnist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"perceptron/datasets"
	"perceptron/datasets/internal/lines"
)

// shortest is the length of the shortest line: 785 digits, commas between
// them and a line feed.
const shortest = 2 * (Pixels + 1)

// Open reads the pictures in the file at path, plain or gzipped. A first line
// that begins with two words is taken for a header and skipped.
//
// Errors name the file, the line (counted from 1), the column and the remedy: a
// file that is missing, empty, cut short or no gzip though it is called so; a
// line of more or fewer than 785 columns; a label that is no whole number from
// 0 to 9, a pixel that is none from 0 to 255.
func Open(path string) (*datasets.Dataset, error) {
	r, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	expect := 0
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		// As many as fit into a plain file, unless it is huge: memory that is
		// never written to costs nothing, but a file may lie about its size.
		expect = int(min(info.Size()/shortest+1, 100_000))
	}
	return read(r, expect)
}

// Read is [Open] for a file that is already open; name stands for it in
// messages, and may end in .gz only if the content is gzipped.
func Read(source io.Reader, name string) (*datasets.Dataset, error) {
	r, err := lines.New(source, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return read(r, 0)
}

// read reads all rows. The number of rows to expect is a hint.
func read(r *lines.Reader, expect int) (*datasets.Dataset, error) {
	pixels := make([]uint8, 0, expect*Pixels)
	labels := make([]uint8, 0, expect)
	rowNumbers := make([]int, 0, expect)
	firstLine := 1
	for {
		line, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(labels) == 0 && firstLine == 1 && isHeader(line) {
			firstLine = r.Line() + 1
			continue
		}
		n := len(pixels)
		pixels = slices.Grow(pixels, Pixels)[:n+Pixels]
		picture := (*[Pixels]uint8)(pixels[n:])
		label, ok := parse(line, picture)
		if !ok {
			if label, err = parseStrictly(r, line, picture); err != nil {
				return nil, err
			}
		}
		labels = append(labels, label)
		rowNumbers = append(rowNumbers, r.Line()-firstLine)
	}
	if len(labels) == 0 {
		return nil, fmt.Errorf("%s: there are no pictures: give lines of a label and %d pixels", r.Name(), Pixels)
	}
	d, err := newDataset(r.Name(), pixels, labels)
	if err != nil {
		return nil, err
	}
	d.RowNumbers = rowNumbers
	return d, nil
}

// isHeader tells whether the first two cells of a line are words.
func isHeader(line []byte) bool {
	cells := bytes.SplitN(line, []byte(","), 3)
	return len(cells) > 1 && isWord(cells[0]) && isWord(cells[1])
}

func isWord(cell []byte) bool {
	text := trim(cell)
	_, err := strconv.ParseFloat(text, 64)
	return text != "" && err != nil
}

// trim returns the text of a cell without blanks and quotes around it.
func trim(cell []byte) string {
	cell = bytes.TrimSpace(cell)
	if len(cell) >= 2 && cell[0] == '"' && cell[len(cell)-1] == '"' {
		cell = bytes.TrimSpace(cell[1 : len(cell)-1])
	}
	return string(cell)
}

// fourZeros are the bytes "0,0,0,0," as a little-endian word.
const fourZeros = 0x2c302c302c302c30

// parse reads a line as such files are usually written, digits and commas
// alone. Of anything else it says that it isn't ok, for parseStrictly to judge.
func parse(line []byte, pixels *[Pixels]uint8) (label uint8, ok bool) {
	if len(line) < 2 || line[0]-'0' >= Classes || line[1] != ',' {
		return 0, false
	}
	label, line = line[0]-'0', line[2:]
	for p := 0; p < Pixels; {
		// A cell is looked at as a word of eight bytes. Past the end of the
		// line it has commas, so that the last cell ends as all others do.
		var word uint64
		if len(line) >= 8 {
			word = binary.LittleEndian.Uint64(line)
			if word == fourZeros && p+4 < Pixels { // most of a picture is paper
				pixels[p], pixels[p+1], pixels[p+2], pixels[p+3] = 0, 0, 0, 0
				p, line = p+4, line[8:]
				continue
			}
		} else {
			tail := [8]byte{',', ',', ',', ',', ',', ',', ',', ','}
			copy(tail[:], line)
			word = binary.LittleEndian.Uint64(tail[:])
		}
		value, length, isCell := parseCell(word)
		if !isCell {
			return 0, false
		}
		pixels[p] = value
		p++
		if length > len(line) { // the comma is made up: this was the last cell
			return label, p == Pixels
		}
		line = line[length:]
	}
	return 0, false // 784 pixels, and the line goes on
}

// parseCell reads one to three digits and a comma from the low bytes of word.
// The length includes the comma.
func parseCell(word uint64) (value uint8, length int, ok bool) {
	a, b, c := uint32(uint8(word)-'0'), uint32(uint8(word>>8)-'0'), uint32(uint8(word>>16)-'0')
	const comma = uint32(',' + 256 - '0') // what a comma becomes less '0', in eight bits
	switch {
	case a > 9:
		return 0, 0, false
	case b == comma:
		return uint8(a), 2, true
	case b > 9:
		return 0, 0, false
	case c == comma:
		return uint8(10*a + b), 3, true
	case c > 9 || uint8(word>>24) != ',':
		return 0, 0, false
	}
	v := 100*a + 10*b + c
	return uint8(v), 4, v <= 255
}

// parseStrictly reads a line cell by cell, tolerates blanks and quotes around
// them, and tells what is wrong.
func parseStrictly(r *lines.Reader, line []byte, pixels *[Pixels]uint8) (label uint8, err error) {
	if columns := bytes.Count(line, []byte(",")) + 1; columns != Pixels+1 {
		return 0, r.Errorf("%d columns, want %d: a label, then %d×%d pixels", columns, Pixels+1, Side, Side)
	}
	for i, cell := range bytes.Split(line, []byte(",")) {
		what, most := "label", uint64(Classes-1)
		if i > 0 {
			what, most = "pixel"+strconv.Itoa(i-1), 255
		}
		text := trim(cell)
		value, err := strconv.ParseUint(text, 10, 64)
		if err != nil || value > most {
			return 0, r.Errorf("column %d (%s): %q is not a whole number from 0 to %d: correct the cell or remove the line",
				i+1, what, text, most)
		}
		if i == 0 {
			label = uint8(value)
		} else {
			pixels[i-1] = uint8(value)
		}
	}
	return label, nil
}
