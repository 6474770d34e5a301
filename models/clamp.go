package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

type clampLayer struct{ low, high float32 }

// Clamp ends a Regression model, behind Unscale or UnscaleSquare if there is one:
// predictions below low come out as low, those above high as high, as of
// torch.clamp. It suits targets with known limits, such as a scale that ends at
// 50; both limits are in the targets' units and hold for every output. Training
// is as without it: the loss is that of the prediction before it is bounded,
// whose gradient would vanish beyond.
func Clamp(low, high float32) Layer { return clampLayer{low, high} }

func (l clampLayer) add(m *Model) error {
	if !finite(l.low) || !finite(l.high) || l.low > l.high {
		return fmt.Errorf("%v: the limits must be finite, the lower one first", l)
	}
	return m.addLayer(l)
}

func (l clampLayer) String() string                   { return fmt.Sprintf("Clamp(%v, %v)", l.low, l.high) }
func (l clampLayer) stem() string                     { return "clamp" }
func (l clampLayer) inputs() int                      { return 0 }
func (l clampLayer) outShape(in []int) ([]int, error) { return in, nil }
func (l clampLayer) parameters() []declaration        { return nil }
func (l clampLayer) isTarget() bool                   { return true }

func (l clampLayer) forward(_ scope, x *G.Node) (*G.Node, error) { return ops.Clamp(x, l.low, l.high) }
func (l clampLayer) scaled(_ scope, y *G.Node) (*G.Node, error)  { return y, nil }
