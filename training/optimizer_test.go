package training

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/models"
)

// An Optimizer is what Gorgonia's own training loops take.
var _ G.Solver = (*Optimizer)(nil)

// hand is a parameter with a gradient that the test chooses.
type hand struct {
	value, grad G.Value
	err         error
}

func (h hand) Value() G.Value         { return h.value }
func (h hand) Grad() (G.Value, error) { return h.grad, h.err }

func vector(v ...float32) *tensor.Dense { return tensor.New(tensor.WithBacking(v)) }

// wantError fails unless the error holds a text.
func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, wanted one with %q", err, text)
	}
}

// TestOptimizersRefuse holds that a bad setting is an error of the first use.
func TestOptimizersRefuse(t *testing.T) {
	net := networks[0].model(t)
	for _, c := range []struct {
		optimizer *Optimizer
		want      string
	}{
		{SGD(-1), "SGD: learning rate -1: wanted 0 or more"},
		{Adam(math.NaN()), "Adam: learning rate NaN"},
		{AdamW(math.Inf(1)), "AdamW: learning rate +Inf"},
		{SGD(1, WeightDecay(-0.1)), "SGD: weight decay -0.1: wanted 0 or more"},
		{Momentum(1, 1), "SGD: momentum 1: wanted at least 0 and below 1"},
		{Nesterov(1, 0), "Nesterov: momentum 0: wanted above 0 and below 1"},
		{RMSprop(1, WithMomentum(-1)), "RMSprop: momentum -1"},
		{Adam(1, WithMomentum(0.9)), "Adam: it has no momentum: leave out the option"},
		{Adam(1, Betas(1, 0.9)), "Adam: beta1 1: wanted at least 0 and below 1"},
		{SGD(1, Betas(0.9, 0.9)), "SGD: it has no beta1"},
		{RMSprop(1, Alpha(2)), "RMSprop: alpha 2"},
		{AdamW(1, Alpha(0.5)), "AdamW: it has no alpha"},
		{Adam(1, Eps(-1)), "Adam: eps -1"},
		{SGD(1, Eps(1)), "SGD: it has no eps"},
		{SGD(1, Eps(1), WeightDecay(-1)), "SGD: it has no eps"}, // the first of two
		{Adam(1, nil), "Adam: an option is nil: leave it out"},
		{SGD(1, RateOf("fc1.*", -1)), `SGD: factor of the rate of "fc1.*" -1: wanted 0 or more`},
		{SGD(1, WeightDecayOf("fc1", math.Inf(1))), `SGD: weight decay of "fc1" +Inf: wanted 0 or more`},
		{SGD(1, RateOf("[", 1)), `SGD: pattern "[": syntax error in pattern`},
		{NewOptimizer(1, nil), "no optimizer: make one with SGD"},
		{nil, "no optimizer: make one with SGD"},
		{&Optimizer{}, "no optimizer: make one with SGD"},
	} {
		_, err := NewTrainer(net, c.optimizer)
		wantError(t, err, c.want)
		wantError(t, c.optimizer.Step(nil), c.want)
	}
}

// TestOptimizerStepRefuses holds that what cannot be stepped on is an error that
// changes nothing.
func TestOptimizerStepRefuses(t *testing.T) {
	good := hand{value: vector(1, 2), grad: vector(1, 1)}
	for name, c := range map[string]struct {
		bad  hand
		want string
	}{
		"no gradient":  {hand{value: vector(1), err: errors.New("none")}, "none"},
		"nil gradient": {hand{value: vector(1)}, "gradient <nil>: wanted float32 tensors"},
		"float64":      {hand{value: vector(1), grad: tensor.New(tensor.WithBacking([]float64{1}))}, "wanted float32 tensors"},
		"a scalar":     {hand{value: G.NewF32(1), grad: G.NewF32(1)}, "wanted float32 tensors"},
		"other sizes":  {hand{value: vector(1, 2, 3), grad: vector(1, 2)}, "3 numbers but a gradient of 2"},
	} {
		o := SGD(0.5)
		wantError(t, o.Step([]G.ValueGrad{good, c.bad}), "parameter 1: ")
		wantError(t, o.Step([]G.ValueGrad{good, c.bad}), c.want)
		if got := good.value.(*tensor.Dense).Float32s(); !slices.Equal(got, []float32{1, 2}) || o.Steps() != 0 {
			t.Fatalf("%s: the good parameter is %v after %d steps", name, got, o.Steps())
		}
		if err := o.Step([]G.ValueGrad{good}); err != nil {
			t.Errorf("%s: no step is possible afterwards: %v", name, err)
		}
		copy(good.value.(*tensor.Dense).Float32s(), []float32{1, 2})
	}
	wantError(t, SGD(0.5).Step([]G.ValueGrad{good, nil}), "parameter 1: it is nil")
}

// TestStateIsByParameter holds that what an optimizer remembers stays with its
// parameter when others come, go or change places, as freezing makes them.
func TestStateIsByParameter(t *testing.T) {
	for _, name := range OptimizerNames() {
		step := func(o *Optimizer, params ...hand) {
			t.Helper()
			var all []G.ValueGrad
			for _, p := range params {
				all = append(all, p)
			}
			if err := o.Step(all); err != nil {
				t.Fatal(err)
			}
		}
		made := func() *Optimizer {
			o, err := OptimizerByName(name, 0.1)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		a, b := hand{value: vector(1), grad: vector(1)}, hand{value: vector(2), grad: vector(-3)}
		o := made()
		step(o, a, b)
		step(o, a)
		step(o, b, a)
		alone, three := hand{value: vector(2), grad: vector(-3)}, hand{value: vector(1), grad: vector(1)}
		for o, i := made(), 0; i < 2; i++ {
			step(o, alone)
		}
		for o, i := made(), 0; i < 3; i++ {
			step(o, three)
		}
		if !slices.Equal(b.value.(*tensor.Dense).Float32s(), alone.value.(*tensor.Dense).Float32s()) ||
			!slices.Equal(a.value.(*tensor.Dense).Float32s(), three.value.(*tensor.Dense).Float32s()) {
			t.Errorf("%s: together %v and %v, alone %v and %v", name, a.value, b.value, three.value, alone.value)
		}
		if o.Steps() != 3 {
			t.Errorf("%s: %d steps", name, o.Steps())
		}
	}
}

// TestGroups holds that parameters have the rate and the decay of the last
// pattern that matches them.
func TestGroups(t *testing.T) {
	net, err := models.New(models.Regression, models.Seed(1), models.Linear(2, 3), models.Linear(3, 1))
	if err != nil {
		t.Fatal(err)
	}
	o := SGD(0.5, WeightDecay(0.1), DecayWeightsOnly(),
		RateOf("*", 0.5), RateOf("fc2", 0.1), RateOf("fc2.bias", 2), WeightDecayOf("fc1.*", 0.4), WeightDecayOf("fc2.weight", 0))
	before, params := net.StateDict(), []G.ValueGrad(nil)
	for _, p := range net.Parameters() {
		ones := tensor.New(tensor.WithShape(p.Value.Shape()...), tensor.WithBacking(slices.Repeat([]float32{1}, p.Value.Shape().TotalSize())))
		params = append(params, still{p, ones})
	}
	if err := o.Step(params); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name        string
		rate, decay float64
	}{{"fc1.weight", 0.25, 0.4}, {"fc1.bias", 0.25, 0.4}, {"fc2.weight", 0.05, 0}, {"fc2.bias", 1, 0}} {
		after := net.StateDict()[i]
		if after.Name != want.name {
			t.Fatalf("parameter %d is %s", i, after.Name)
		}
		for j, w := range before[i].Value.Float32s() {
			if got, want := after.Value.Float32s()[j], float64(w)-want.rate*(1+want.decay*float64(w)); math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("%s[%d] is %v, wanted %v", after.Name, j, got, want)
			}
		}
	}
	_, err = NewTrainer(net, Adam(1, RateOf("fc3", 1)))
	wantError(t, err, `Adam: pattern "fc3" matches no parameter: they are fc1.weight, fc1.bias, fc2.weight, fc2.bias`)
	_, err = NewTrainer(net, Adam(1, WeightDecayOf("bias", 1)))
	wantError(t, err, `Adam: pattern "bias" matches no parameter`)
}

// TestDecayWeightsOnly holds that biases and BatchNorm's parameters are spared
// when asked, and decay as PyTorch's do when not.
func TestDecayWeightsOnly(t *testing.T) {
	for _, spared := range []bool{false, true} {
		options := []OptimizerOption{WeightDecay(0.5)}
		if spared {
			options = append(options, DecayWeightsOnly())
		}
		net, err := models.New(models.Regression, models.Seed(1), models.Linear(2, 3), models.BatchNorm1d(3), models.Linear(3, 1))
		if err != nil {
			t.Fatal(err)
		}
		var params []G.ValueGrad
		before := net.StateDict()
		for _, p := range net.Parameters() {
			if p.Trained {
				zero := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(p.Value.Shape()...))
				params = append(params, still{p, zero})
			}
		}
		if err := SGD(1, options...).Step(params); err != nil {
			t.Fatal(err)
		}
		for i, after := range net.StateDict() {
			isWeight := after.Name == "fc1.weight" || after.Name == "fc2.weight"
			p := net.Parameters()[i]
			for j, w := range before[i].Value.Float32s() {
				want := w
				if p.Trained && (isWeight || !spared) {
					want = w / 2
				}
				if !p.Trained && after.Value.Dtype() == tensor.Int64 {
					break
				}
				if got := after.Value.Float32s()[j]; got != want {
					t.Errorf("weights only: %v: %s[%d] went from %v to %v, wanted %v", spared, after.Name, j, w, got, want)
				}
			}
		}
	}
}

// still is a model's parameter with a gradient of zeros.
type still struct {
	*models.Parameter
	grad G.Value
}

func (s still) Value() G.Value         { return s.Parameter.Value }
func (s still) Grad() (G.Value, error) { return s.grad, nil }
func (s still) Decays() bool           { return s.Parameter.Decays }
func (s still) Name() string           { return s.Parameter.Name }

func TestOptimizerByName(t *testing.T) {
	for _, name := range OptimizerNames() {
		o, err := OptimizerByName(name, 0.25, WeightDecay(0.5))
		if err != nil {
			t.Fatal(err)
		}
		if o.LearningRate() != 0.25 || o.decay != 0.5 {
			t.Errorf("%s: rate %v, decay %v", name, o.LearningRate(), o.decay)
		}
	}
	if o, _ := OptimizerByName("momentum", 1, WithMomentum(0.5)); o == nil || o.rule.(*sgd).momentum != 0.5 || o.Name() != "SGD" {
		t.Errorf("momentum 0.5 by option: %+v", o)
	}
	if o, _ := OptimizerByName("nesterov", 1); o == nil || o.rule.(*sgd).momentum != 0.9 || o.Name() != "Nesterov" {
		t.Errorf("nesterov: %+v", o)
	}
	_, err := OptimizerByName("adm", 1)
	wantError(t, err, `unknown optimizer "adm": wanted one of sgd, momentum, nesterov, rmsprop, adam, adamw`)
	o, err := OptimizerByName("adam", -1)
	if wantError(t, err, "learning rate -1"); o != nil {
		t.Error("an optimizer beside the error")
	}
}

// TestOptimizersAllocateOnce holds that a step allocates nothing after the first.
func TestOptimizersAllocateOnce(t *testing.T) {
	for _, name := range OptimizerNames() {
		o, err := OptimizerByName(name, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		params := []G.ValueGrad{hand{value: vector(1, 2, 3), grad: vector(1, 1, 1)}}
		if n := testing.AllocsPerRun(10, func() {
			if err := o.Step(params); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations a step", name, n)
		}
	}
}

// TestClippingSharedGradients holds that a gradient that two parameters share is
// counted for both, and scaled once.
func TestClippingSharedGradients(t *testing.T) {
	shared := vector(3, 4)
	both := []ValueGrad{hand{value: vector(0, 0), grad: shared}, hand{value: vector(0, 0), grad: shared}}
	norm, err := ClipGradNorm(both, 1)
	if err != nil || math.Abs(norm-math.Sqrt(50)) > 1e-9 || math.Abs(float64(shared.Float32s()[0])-3/math.Sqrt(50)) > 1e-6 {
		t.Errorf("norm %v, gradient %v (error %v)", norm, shared, err)
	}
}

// TestClippingRefuses holds that gradients which cannot be clipped are errors.
func TestClippingRefuses(t *testing.T) {
	bad := []ValueGrad{hand{value: vector(1), grad: vector(1)}, hand{value: vector(1)}}
	_, err := ClipGradNorm(bad, 1)
	wantError(t, err, "gradient 1: ")
	wantError(t, ClipGradValue(bad, 1), "gradient 1: ")
	_, err = ClipGradNorm([]ValueGrad{nil}, 1)
	wantError(t, err, "gradient 0: it is nil")
	infinite := []ValueGrad{hand{value: vector(1), grad: vector(float32(math.Inf(1)))}}
	_, err = ClipGradNorm(infinite, 1)
	wantError(t, err, "the gradients have a norm of +Inf")
}
