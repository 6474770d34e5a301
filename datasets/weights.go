package datasets

import (
	"fmt"
	"math"
)

// checkWeights returns an error unless Weights is nil or has one finite weight
// of 0 or more a row, and one above 0.
func (d *Dataset) checkWeights() error {
	if d.Weights == nil {
		return nil
	}
	if len(d.Weights) != d.Rows() {
		return fmt.Errorf("data set %s: %d weights for %d rows: give one a row, or nil for all alike", d.Name, len(d.Weights), d.Rows())
	}
	some := false
	for row, w := range d.Weights {
		if !(w >= 0) || math.IsInf(float64(w), 1) {
			return fmt.Errorf("%s: the weight is %v: give finite numbers of 0 or more", d.Place(row), w)
		}
		some = some || w > 0
	}
	if !some {
		return fmt.Errorf("data set %s: all weights are 0: give some row a weight above 0", d.Name)
	}
	return nil
}
