package datasets

import (
	"bytes"
	"runtime"
	"testing"
)

// FuzzTable feeds the reader arbitrary files. It must not panic, must not take
// memory out of proportion, and what it accepts must be sound.
func FuzzTable(f *testing.F) {
	for _, text := range []string{
		"rooms,age,price\n1,2,3\n4,5,6\n",
		"\ufeffprice, age ,rooms,,\r\n\r\n\"1\",2e3,-.5,x,y\r\n",
		"rooms,age,price\n1,\"2\n3\",4\n",
		"rooms,age,price,age\n",
		"rooms,age,price\nNaN,Inf,0x1p-2\n",
	} {
		f.Add([]byte(text), "price")
		f.Add(zipped(f, text), "age")
	}
	f.Add([]byte("a,,,,,,,\n1,2\n"), "a")
	f.Fuzz(func(t *testing.T, content []byte, target string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		table, err := Read(bytes.NewReader(content), "fuzz.csv", Schema{Target: target})
		classes, classErr := Read(bytes.NewReader(content), "fuzz.csv", Schema{Target: target, Kind: Classes})
		runtime.ReadMemStats(&after)
		// Two readings, each with buffers of 1.5 MB, and for each cell some
		// hundred bytes of slices and gota's elements.
		cells := len(content) / 2
		if bytes.HasPrefix(content, []byte("\x1f\x8b")) {
			cells = cellsFree + cellsPerByte*len(content)
		}
		most := uint64(8<<20 + 2000*cells)
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%d bytes of input took %d bytes of memory, want at most %d", len(content), used, most)
		}
		if err == nil && classErr != nil {
			t.Errorf("a number is no label: %v", classErr)
		}
		for _, table := range []*Table{table, classes} {
			if table == nil {
				continue
			}
			d, err := table.Dataset()
			if err != nil {
				t.Fatalf("accepted, but: %v", err)
			}
			if d.Rows() != table.Rows() || d.Features() != len(d.FeatureNames) || d.RowNumbers[0] < 0 {
				t.Errorf("%v: %d features, rows %v", d, d.Features(), d.RowNumbers)
			}
		}
	})
}
