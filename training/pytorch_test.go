package training_test

import (
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/internal/fixtures"
	"perceptron/internal/simd"
	"perceptron/models"
	"perceptron/training"
)

// pytorchSchedules are the schedules of the fixtures.
var pytorchSchedules = map[string]training.Schedule{
	"constant":           training.Constant(),
	"step":               training.StepDecay(30, 0.1),
	"cosine":             training.Cosine(),
	"linear_warmup":      training.LinearWarmup(0.1, 20),
	"onecycle":           training.OneCycle(0.3),
	"onecycle_20":        training.OneCycle(0.2),
	"onecycle_linear_10": training.OneCycleLinear(0.1),
	"warmup_cosine_20":   training.Warmup(0.2, training.Cosine()),
	"warmup_linear_10":   training.Warmup(0.1, training.LinearDecay()),
}

// pytorchOptimizers makes the optimizers of the fixtures.
var pytorchOptimizers = map[string]func() *training.Optimizer{
	"sgd":                func() *training.Optimizer { return training.SGD(pytorchRate) },
	"sgd_decay":          func() *training.Optimizer { return training.SGD(pytorchRate, tenth) },
	"sgd_momentum":       func() *training.Optimizer { return training.Momentum(pytorchRate, 0.9) },
	"sgd_momentum_decay": func() *training.Optimizer { return training.Momentum(pytorchRate, 0.9, tenth) },
	"sgd_nesterov":       func() *training.Optimizer { return training.Nesterov(pytorchRate, 0.9) },
	"sgd_nesterov_decay": func() *training.Optimizer { return training.Nesterov(pytorchRate, 0.9, tenth) },
	"adam":               func() *training.Optimizer { return training.Adam(pytorchRate) },
	"adam_decay":         func() *training.Optimizer { return training.Adam(pytorchRate, tenth) },
	"adam_betas": func() *training.Optimizer {
		return training.Adam(pytorchRate, training.Betas(0.8, 0.95), training.Eps(1e-6))
	},
	"adamw":       func() *training.Optimizer { return training.AdamW(pytorchRate) },
	"adamw_decay": func() *training.Optimizer { return training.AdamW(pytorchRate, tenth) },
	"adamw_weights": func() *training.Optimizer {
		return training.AdamW(pytorchRate, tenth, training.DecayWeightsOnly())
	},
	"rmsprop":          func() *training.Optimizer { return training.RMSprop(pytorchRate) },
	"rmsprop_decay":    func() *training.Optimizer { return training.RMSprop(pytorchRate, tenth) },
	"rmsprop_momentum": func() *training.Optimizer { return training.RMSprop(pytorchRate, training.WithMomentum(0.9)) },
	"rmsprop_momentum_decay": func() *training.Optimizer {
		return training.RMSprop(pytorchRate, training.WithMomentum(0.9), tenth, training.Alpha(0.95))
	},
	"sgd_clip_norm":   func() *training.Optimizer { return training.Momentum(pytorchRate, 0.9) },
	"adam_clip_norm":  func() *training.Optimizer { return training.Adam(pytorchRate) },
	"sgd_clip_value":  func() *training.Optimizer { return training.Momentum(pytorchRate, 0.9) },
	"adam_clip_value": func() *training.Optimizer { return training.Adam(pytorchRate) },
}

const pytorchRate = 0.02

var tenth = training.WeightDecay(0.1)

// givenGradient is a parameter whose gradients come from a fixture.
type givenGradient struct {
	value, grad *tensor.Dense
	weight      bool
}

func (g givenGradient) Value() G.Value         { return g.value }
func (g givenGradient) Grad() (G.Value, error) { return g.grad, nil }
func (g givenGradient) Decays() bool           { return g.weight }

func startOf(f fixtures.Set, name string, shape ...int) givenGradient {
	return givenGradient{
		value:  tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f.Floats("start/"+name))),
		grad:   tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float32)),
		weight: name == "weight",
	}
}

// onEveryPath runs a test with each family of kernels that this processor has.
func onEveryPath(t *testing.T, test func(t *testing.T)) {
	before := simd.Path()
	t.Cleanup(func() { simd.SetPath(before) })
	for _, path := range simd.Paths() {
		if err := simd.SetPath(path); err != nil {
			t.Fatal(err)
		}
		t.Run(path, test)
	}
}

// TestOptimizersLikePyTorch makes 100 steps with each optimizer under each
// schedule, on given gradients, and compares the parameters with PyTorch's.
func TestOptimizersLikePyTorch(t *testing.T) { onEveryPath(t, testOptimizersLikePyTorch) }

func testOptimizersLikePyTorch(t *testing.T) {
	all := fixtures.Load(t, "optimizers")
	gradients, norms := all.Floats("gradients"), all.Tensor("norms@64").Float64s
	for _, name := range all.Groups() {
		if name == "start" || name == "lr" {
			continue
		}
		for _, schedule := range all.In(t, name).Groups() {
			t.Run(name+"/"+schedule, func(t *testing.T) {
				if pytorchOptimizers[name] == nil || pytorchSchedules[schedule] == nil {
					t.Fatal("the fixture has no counterpart here")
				}
				f, optimizer := all.In(t, name+"/"+schedule), pytorchOptimizers[name]()
				weight, bias := startOf(all, "weight", 5, 4), startOf(all, "bias", 5)
				both := []training.ValueGrad{weight, bias}
				for step := range 100 {
					g := gradients[25*step : 25*(step+1)]
					copy(weight.grad.Float32s(), g[:20])
					copy(bias.grad.Float32s(), g[20:])
					switch name {
					case "sgd_clip_norm", "adam_clip_norm":
						norm, err := training.ClipGradNorm(both, 2)
						if err != nil || math.Abs(norm/norms[step]-1) > 1e-6 {
							t.Errorf("step %d: norm %v (error %v), PyTorch has %v", step+1, norm, err, norms[step])
						}
					case "sgd_clip_value", "adam_clip_value":
						if err := training.ClipGradValue(both, 0.5); err != nil {
							t.Fatal(err)
						}
					}
					optimizer.SetLearningRate(pytorchRate * pytorchSchedules[schedule](training.Progress{Step: step, Steps: 100}))
					if err := optimizer.Step(both); err != nil {
						t.Fatal(err)
					}
				}
				arrived(t, f, "weight", weight.value.Float32s(), all.Floats("start/weight"))
				arrived(t, f, "bias", bias.value.Float32s(), all.Floats("start/bias"))
			})
		}
	}
}

// arrived compares parameters with PyTorch's: within 1e-5 of the parameter or of
// the way it has come, whichever is larger. One that crosses 0 keeps rounding
// errors of the size it had.
func arrived(t *testing.T, f fixtures.Set, name string, got, from []float32) {
	t.Helper()
	for i, want := range f.Tensor(name + "@64").Float64s {
		size := max(math.Abs(want), math.Abs(want-float64(from[i])))
		if off := math.Abs(float64(got[i]) - want); !(off <= 1e-5*size) {
			t.Errorf("%s[%d] is %v, PyTorch's %v: %.1e apart, relative", name, i, got[i], want, off/size)
		}
	}
}

// TestSchedulesLikePyTorch compares the learning rate of every step.
func TestSchedulesLikePyTorch(t *testing.T) {
	rates := fixtures.Load(t, "optimizers").In(t, "lr")
	for _, name := range rates.Names() {
		schedule := pytorchSchedules[name]
		if schedule == nil {
			t.Errorf("no schedule for the fixture %s", name)
			continue
		}
		for step, want := range rates.Tensor(name).Float64s {
			if got := pytorchRate * schedule(training.Progress{Step: step, Steps: 100}); !(math.Abs(got-want) <= 1e-12) {
				t.Errorf("%s, step %d: rate %v, PyTorch has %v", name, step+1, got, want)
			}
		}
	}
}

// TestTrainingLikePyTorch replays 200 steps of PyTorch: the same initial
// weights, rows and dropout masks must give the same losses.
func TestTrainingLikePyTorch(t *testing.T) { onEveryPath(t, testTrainingLikePyTorch) }

func testTrainingLikePyTorch(t *testing.T) {
	for _, test := range []struct {
		name      string
		task      models.Task
		optimizer *training.Optimizer
		eps       float64 // of adversarial rows
		layers    []models.Part
	}{
		{"xor", models.Binary, training.Adam(0.05), 0, []models.Part{
			models.Linear(2, 3), models.ReLU(), models.Linear(3, 1)}},
		{"boston", models.Regression, training.Adam(1e-3), 0, []models.Part{
			models.Linear(13, 64), models.ReLU(), models.Linear(64, 64), models.ReLU(), models.Linear(64, 1)}},
		{"iris", models.Multiclass, training.Adam(1e-2), 0, []models.Part{
			models.Linear(4, 16), models.ReLU(), models.Linear(16, 3)}},
		{"mnist", models.Multiclass, training.AdamW(3e-3), 0, []models.Part{
			models.Linear(64, 32, models.NoBias), models.BatchNorm1d(32), models.ReLU(), models.Dropout(0.2), models.Linear(32, 10)}},
		{"iris_adversarial", models.Multiclass, training.Adam(1e-2), 0.2, []models.Part{
			models.Linear(4, 16, models.NoBias), models.BatchNorm1d(16), models.ReLU(), models.Dropout(0.2), models.Linear(16, 3)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := fixtures.Load(t, "training_"+test.name)
			order, losses := f.Tensor("order"), f.Tensor("loss@64").Float64s
			steps, batch := order.Shape[0], order.Shape[1]
			step := 0
			given := map[string][]float32{} // masks of all steps
			for _, name := range []string{"masks", "twin_masks"} {
				if f.Has(name) {
					given[name] = f.Floats(name)
				}
			}
			masks := models.Masks(func(_ string, mask []float32) error {
				all, twins := given["masks"], given["twin_masks"]
				n := copy(mask, all[step*len(all)/steps:(step+1)*len(all)/steps])
				copy(mask[n:], twins[step*len(twins)/steps:]) // in the second pass
				return nil
			})
			net, err := models.New(test.task, append(test.layers, masks)...)
			if err != nil {
				t.Fatal(err)
			}
			startAs(t, net, f)
			trainer, err := training.NewTrainer(net, test.optimizer)
			if err != nil {
				t.Fatal(err)
			}
			trainer.Adversarial = test.eps
			worst, at := 0.0, 0
			for ; step < steps; step++ {
				rows := slices.DeleteFunc(slices.Clone(order.Ints[step*batch:(step+1)*batch]), func(r int64) bool { return r < 0 })
				loss, err := trainer.Step(datasets.Batch{X: pick(f, "x", rows), Y: pick(f, "y", rows)})
				if err != nil {
					t.Fatal(err)
				}
				if off := math.Abs(loss/losses[step] - 1); !(off <= worst) {
					worst, at = off, step
				}
			}
			t.Logf("largest relative difference of a loss: %.1e", worst)
			if !(worst <= 1e-4) {
				t.Errorf("the loss of step %d differs by %.1e from PyTorch's %v", at+1, worst, losses[at])
			}
			for _, s := range net.StateDict() {
				trainedLike(t, f, "final/"+s.Name, s.Value)
			}
		})
	}
}

// startAs sets a model's parameters and buffers to PyTorch's before training.
func startAs(t *testing.T, net *models.Model, f fixtures.Set) {
	t.Helper()
	sd := net.StateDict()
	for i, s := range sd {
		name := "start/" + s.Name
		if s.Value.Dtype() == tensor.Int64 {
			sd[i].Value = tensor.New(tensor.FromScalar(f.Tensor(name).Ints[0]))
			continue
		}
		sd[i].Value = tensor.New(tensor.WithShape(f.Tensor(name).Shape...), tensor.WithBacking(f.Floats(name)))
	}
	if err := net.LoadStateDict(sd); err != nil {
		t.Fatal(err)
	}
}

// pick gathers rows of a fixture's table; class indices become one column.
func pick(f fixtures.Set, name string, rows []int64) *tensor.Dense {
	all := f.Floats(name)
	cols := len(all) / f.Tensor(name).Shape[0]
	var picked []float32
	for _, r := range rows {
		picked = append(picked, all[int(r)*cols:(int(r)+1)*cols]...)
	}
	return tensor.New(tensor.WithShape(len(rows), cols), tensor.WithBacking(picked))
}

// trainedLike compares a trained parameter with PyTorch's: rounding errors of
// 200 steps may move it by 1e-4 of the tensor's largest number.
func trainedLike(t *testing.T, f fixtures.Set, name string, value *tensor.Dense) {
	t.Helper()
	if value.Dtype() == tensor.Int64 {
		if got, want := value.Int64s()[0], f.Tensor(name).Ints[0]; got != want {
			t.Errorf("%s is %d, PyTorch's %d", name, got, want)
		}
		return
	}
	got, want := value.Float32s(), f.Tensor(name+"@64").Float64s
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, PyTorch's %d", name, len(got), len(want))
	}
	largest, worst := 0.0, 0.0
	for i := range want {
		largest = max(largest, math.Abs(want[i]))
		if off := math.Abs(float64(got[i]) - want[i]); !(off <= worst) {
			worst = off
		}
	}
	if !(worst <= 1e-4*largest) {
		t.Errorf("%s differs by %.1e of its largest number from PyTorch's", name, worst/largest)
	}
}
