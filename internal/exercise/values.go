package exercise

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// wanted is the error of a flag's value; package flag puts the value before it.
func wanted(ok bool, what string) error {
	if ok {
		return nil
	}
	return errors.New("wanted " + what)
}

func list(names []string) string { return strings.Join(names, ", ") }

func fileName(text string) (string, error) { return text, wanted(text != "", "a name") }

func oneOf(names []string) func(string) (string, error) {
	return func(text string) (string, error) {
		return text, wanted(slices.Contains(names, text), "one of "+list(names))
	}
}

func number(what string, ok func(float64) bool) func(string) (float64, error) {
	return func(text string) (float64, error) {
		x, err := strconv.ParseFloat(text, 64)
		return x, wanted(err == nil && ok(x) && !math.IsInf(x, 0), "a number "+what)
	}
}

func whole(least int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		return n, wanted(err == nil && n >= least && n <= math.MaxInt32, fmt.Sprintf("a whole number of %d or more", least))
	}
}

func seed(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	return n, wanted(err == nil, "a whole number from 0 to 18446744073709551615")
}

// most bounds the units of a layer and the hidden layers.
const (
	mostUnits  = 65536
	mostLayers = 100
)

func sizes(text string) ([]int, error) {
	if text == "none" {
		return nil, nil
	}
	var all []int
	for cell := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(cell)
		if err != nil || n < 1 || n > mostUnits || len(all) == mostLayers {
			return nil, wanted(false, fmt.Sprintf("up to %d sizes from 1 to %d with commas between them, as in 64,64, or none", mostLayers, mostUnits))
		}
		all = append(all, n)
	}
	return all, nil
}
