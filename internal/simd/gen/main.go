// Command gen writes the assembly of package simd and its Go declarations.
// Run it with `go generate` in the directory above; check.sh there shows that
// the committed files are what it writes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// files lists the assembly files and what each one holds.
var files = []struct {
	name string
	isa  isa
	emit func(s *source)
}{
	{"tiles_avx2", avx2, func(s *source) {
		s.declareMasks()
		s.tiles(1, 12)
		s.tiles(2, 6)
	}},
	{"tiles_avx512", avx512, func(s *source) {
		for vectors := 1; vectors <= 3; vectors++ {
			s.tiles(vectors, 8)
		}
	}},
	{"pack", avx2, func(s *source) {
		s.declareMasks()
		s.packRows()
		s.packColumns()
		s.rowTimesColumns()
	}},
	{"peak_avx2", avx2, (*source).peak},
	{"peak_avx512", avx512, (*source).peak},
}

// onlyAVX512 finds the vector registers that AVX2 lacks.
var onlyAVX512 = regexp.MustCompile(`\b[XYZ](1[6-9]|2[0-9]|3[01])\b`)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "..", "directory to write to")
	flag.Parse()
	for _, f := range files {
		if err := write(*dir, f.name, f.isa, f.emit); err != nil {
			log.Fatalf("gen: %s: %v", f.name, err)
		}
	}
}

// write generates name_amd64.s and its declarations name_amd64.go in dir.
func write(dir, name string, is isa, emit func(*source)) error {
	s := &source{Context: build.NewContext(), isa: is}
	s.ConstraintExpr("!noasm")
	emit(s)
	file, err := s.Result()
	if err != nil {
		build.LogError(log.Default(), err, 0)
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "gen", Pkg: "simd"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if is == avx2 && onlyAVX512.Match(text) {
			return errors.New("the kernel needs more than AVX2's 16 vector registers")
		}
		out := filepath.Join(dir, fmt.Sprintf("%s_amd64%s", name, ext))
		if err := os.WriteFile(out, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
