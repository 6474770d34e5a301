package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
)

func TestChecksums(t *testing.T) {
	for name, file := range map[string]struct{ content, sum string }{
		"train": {trainCSV, "da8d7d6c5fa91f5b81c3c2cab5d8715b8dc9011054d9c4c45a9086b2b2ca12c0"},
		"valid": {validCSV, "98e8e225a343ac6d6f8a36123232338096c3c572efc5f9dab1ad6df9297f1941"},
	} {
		sum := sha256.Sum256([]byte(file.content))
		if got := hex.EncodeToString(sum[:]); got != file.sum {
			t.Errorf("%s: SHA-256 %s, want %s", name, got, file.sum)
		}
	}
}

func TestLoad(t *testing.T) {
	train, valid, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	// The numbers of each digit, as published.
	if got, want := train.ClassCounts(), []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}; !slices.Equal(got, want) {
		t.Errorf("digits to train with: %v, want %v", got, want)
	}
	if got, want := valid.ClassCounts(), []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; !slices.Equal(got, want) {
		t.Errorf("digits to validate with: %v, want %v", got, want)
	}
	if train.Features() != 784 || train.Targets() != 1 || train.RowNumbers[59_999] != 59_999 {
		t.Errorf("%d features, %d targets, last row %d", train.Features(), train.Targets(), train.RowNumbers[59_999])
	}
}
