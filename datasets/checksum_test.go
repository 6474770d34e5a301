package datasets

import "testing"

func TestChecksum(t *testing.T) {
	pixels := func(classes []uint8, x ...uint8) *Dataset {
		names := []string{"a", "b", "c", "d", "e", "f"}[:len(x)/len(classes)]
		d, err := FromBytes("pixels", x, names, classes, []string{"no", "yes"})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	subset := func(d *Dataset, rows ...int) *Dataset {
		s, err := d.Subset(rows)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	numbers := numbersTo(t, 2000)
	renamed := numbersTo(t, 2000)
	renamed.Name, renamed.FeatureNames = "other", []string{"p", "q", "r"}
	if numbers.Checksum() != renamed.Checksum() {
		t.Error("the names count")
	}
	seen := map[uint32]int{}
	for i, d := range []*Dataset{
		numbers, numbersTo(t, 1999), subset(numbers, 1, 0), subset(numbers, 0, 1),
		pixels([]uint8{0, 1}, 1, 2, 3, 4, 5, 6), pixels([]uint8{0, 1}, 1, 2, 3, 4, 5, 7), pixels([]uint8{1, 0}, 1, 2, 3, 4, 5, 6),
		pixels([]uint8{0, 1, 0}, 1, 2, 3, 4, 5, 6),
	} {
		sum := d.Checksum()
		if j, twice := seen[sum]; twice {
			t.Errorf("data sets %d and %d have one checksum", j, i)
		}
		if seen[sum] = i; sum != d.Checksum() {
			t.Errorf("data set %d has two checksums", i)
		}
	}
}
