package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"perceptron/internal/atomicfile"
	"perceptron/internal/safetensors"
)

// Ensemble is several models of one task that predict together: the average of
// what they say (Hansen and Salamon 1990). Networks that differ in their initial
// weights and batches alone err differently, and part of it averages out; how
// far they are apart tells how unsure the answer is (Lakshminarayanan et al.
// 2017). NewEnsemble and LoadEnsemble make one; its zero value cannot be used.
type Ensemble struct{ members []*Model }

// NewEnsemble puts models together, which keep on being models of their own.
// They must have one task, one number of inputs and one of outputs; where two of
// them have names of features or of outputs, these must be the same in the same
// order.
func NewEnsemble(members ...*Model) (*Ensemble, error) {
	if len(members) == 0 {
		return nil, errors.New("models: an ensemble of no members: give one or more models")
	}
	first := members[0]
	for i, m := range members {
		if m == nil {
			return nil, fmt.Errorf("models: member %d of the ensemble is nil", i)
		}
		if m.task.Name != first.task.Name || m.dtype != first.dtype || m.Inputs() != first.Inputs() || m.Outputs() != first.Outputs() {
			return nil, fmt.Errorf("models: member %d of the ensemble is a %v of %d inputs and %d outputs, member 0 a %v of %d and %d: they must agree",
				i, m.task, m.Inputs(), m.Outputs(), first.task, first.Inputs(), first.Outputs())
		}
	}
	for i, m := range members {
		for j, other := range members[:i] {
			if err := sameNames(other.Info(), m.Info()); err != nil {
				return nil, fmt.Errorf("models: members %d and %d of the ensemble: %w", j, i, err)
			}
		}
	}
	return &Ensemble{append([]*Model(nil), members...)}, nil
}

// sameNames compares what two models call their features and outputs: the
// average of what they say about different classes says nothing.
func sameNames(a, b Info) error {
	for _, names := range []struct {
		what string
		a, b []string
	}{{"feature", a.Features, b.Features}, {"output", a.Outputs, b.Outputs}} {
		if len(names.a) == 0 || len(names.b) == 0 {
			continue
		}
		if len(names.a) != len(names.b) {
			return fmt.Errorf("one has %d names of %ss, the other %d: train them on the same data", len(names.a), names.what, len(names.b))
		}
		for i, name := range names.a {
			if name != names.b[i] {
				return fmt.Errorf("%s %d is %q in one and %q in the other: train them on data with the same %ss in the same order", names.what, i, name, names.b[i], names.what)
			}
		}
	}
	return nil
}

// Members lists the models, in the order they were given.
func (e *Ensemble) Members() []*Model { return append([]*Model(nil), e.members...) }

// Task says what the members predict.
func (e *Ensemble) Task() Task { return e.members[0].task }

// Inputs is the number of features of a row.
func (e *Ensemble) Inputs() int { return e.members[0].Inputs() }

// Outputs is the number of predictions for a row.
func (e *Ensemble) Outputs() int { return e.members[0].Outputs() }

// Info tells what the first member knows about its data.
func (e *Ensemble) Info() Info { return e.members[0].Info() }

// Count is the number of trained numbers of all members.
func (e *Ensemble) Count() int {
	n := 0
	for _, m := range e.members {
		n += m.Count()
	}
	return n
}

// Predict is the mean of the members' predictions: of values for Regression,
// of probabilities otherwise. x is (rows × Inputs), the result (rows × Outputs).
func (e *Ensemble) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	mean, _, err := e.PredictSpread(x)
	return mean, err
}

// PredictSpread is Predict together with the standard deviation between the
// members (of a sample: divided by their number less 1; 0 for a single member),
// of the same shape.
func (e *Ensemble) PredictSpread(x *tensor.Dense) (mean, spread *tensor.Dense, err error) {
	mean, spread, _, err = e.average(func(m *Model) (*tensor.Dense, float64, error) {
		p, err := m.Predict(x)
		return p, 0, err
	})
	return mean, spread, err
}

// Evaluate gives the predictions for x as Predict does, and the mean of the
// members' losses against the targets y. The loss of the averaged predictions
// is no higher than that where the loss is convex in them, as all here are but
// for a square-root target.
func (e *Ensemble) Evaluate(x, y *tensor.Dense) (predictions *tensor.Dense, loss float64, err error) {
	predictions, _, loss, err = e.average(func(m *Model) (*tensor.Dense, float64, error) { return m.Evaluate(x, y) })
	return predictions, loss, err
}

// average asks every member. Sums are of float64 and in the order of the
// members, so the result is always the same.
func (e *Ensemble) average(ask func(*Model) (*tensor.Dense, float64, error)) (mean, spread *tensor.Dense, loss float64, err error) {
	var sums, squares []float64 // of the differences to the first member's answer
	var first []float32
	n := float64(len(e.members))
	for i, m := range e.members {
		p, l, err := ask(m)
		if err != nil {
			if len(e.members) > 1 {
				err = fmt.Errorf("member %d of the ensemble: %w", i, err)
			}
			return nil, nil, 0, err
		}
		loss += l / n
		if i == 0 {
			first, mean = p.Float32s(), p
			sums, squares = make([]float64, len(first)), make([]float64, len(first))
			continue
		}
		for j, v := range p.Float32s() {
			d := float64(v) - float64(first[j])
			sums[j] += d
			squares[j] += d * d
		}
	}
	deviations := make([]float32, len(first))
	for j, sum := range sums {
		if n > 1 {
			deviations[j] = float32(math.Sqrt(max(0, squares[j]-sum*sum/n) / (n - 1)))
		}
		first[j] = float32(float64(first[j]) + sum/n)
	}
	return mean, tensor.New(tensor.WithShape(mean.Shape()...), tensor.WithBacking(deviations)), loss, nil
}

// String is the declaration of the first member in short, and how many there are.
func (e *Ensemble) String() string {
	return fmt.Sprintf("average of %d networks such as %v", len(e.members), e.members[0])
}

// Summary is the table of the first member, and how many there are.
func (e *Ensemble) Summary() string {
	return fmt.Sprintf("%saverage of %d networks, %d trained parameters together\n", e.members[0].Summary(), len(e.members), e.Count())
}

// ensembleKey is where a safetensors file keeps the description of an ensemble.
const ensembleKey = "perceptron.ensemble"

// ensembleDescription lists what each member's own file would say in its
// metadata.
type ensembleDescription struct {
	Version int      `json:"version"`
	Program string   `json:"program,omitempty"` // what wrote the file
	Members []string `json:"members"`
}

// Save writes the ensemble to one safetensors file: the members' state dicts,
// named as a PyTorch module with members in a ModuleList would, such as
// members.0.fc1.weight, and in the metadata all that LoadEnsemble needs.
func (e *Ensemble) Save(path string) error { return atomicfile.Write(path, e.Write) }

// Write writes what Save puts into a file.
func (e *Ensemble) Write(w io.Writer) error {
	d := ensembleDescription{Version: 1, Program: program}
	var all safetensors.File
	for i, m := range e.members {
		var file bytes.Buffer
		if err := m.Write(&file); err != nil {
			return fmt.Errorf("member %d of the ensemble: %w", i, err)
		}
		f, err := safetensors.Read(&file)
		if err != nil {
			return fmt.Errorf("member %d of the ensemble: %w", i, err)
		}
		d.Members = append(d.Members, f.Metadata[metadataKey])
		for _, t := range f.Tensors {
			t.Name = memberPrefix(i) + t.Name
			all.Tensors = append(all.Tensors, t)
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("models: describe the ensemble: %w", err)
	}
	all.Metadata = map[string]string{ensembleKey: string(text)}
	return safetensors.Write(w, &all)
}

func memberPrefix(i int) string { return "members." + strconv.Itoa(i) + "." }

// LoadEnsemble declares the ensemble that Save wrote, with its weights. A file
// of a single model gives an ensemble of one. kinds are as for Load.
func LoadEnsemble(path string, kinds ...Kind) (*Ensemble, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	e, err := rebuildEnsemble(f, kinds)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	return e, nil
}

func rebuildEnsemble(f *safetensors.File, kinds []Kind) (*Ensemble, error) {
	text, ok := f.Metadata[ensembleKey]
	if !ok {
		m, err := rebuild(f, kinds)
		if err != nil {
			return nil, err
		}
		return NewEnsemble(m)
	}
	if err := checkVersion([]byte(text)); err != nil {
		return nil, err
	}
	var d ensembleDescription
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("the description of the ensemble: %w: %s", err, damaged)
	}
	if len(d.Members) == 0 {
		return nil, fmt.Errorf("the ensemble has no members: %s", damaged)
	}
	files, err := memberFiles(f, d.Members)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	var members []*Model
	for i, file := range files {
		m, err := rebuild(file, kinds)
		if err != nil {
			return nil, fmt.Errorf("member %d of the ensemble: %w", i, err)
		}
		members = append(members, m)
	}
	return NewEnsemble(members...)
}

// memberFiles takes an ensemble's file apart into those its members would have.
func memberFiles(f *safetensors.File, descriptions []string) ([]*safetensors.File, error) {
	files := make([]*safetensors.File, len(descriptions))
	for i, d := range descriptions {
		files[i] = &safetensors.File{Metadata: map[string]string{metadataKey: d}}
	}
	for _, t := range f.Tensors {
		rest, isMember := strings.CutPrefix(t.Name, "members.")
		number, name, named := strings.Cut(rest, ".")
		i, err := strconv.Atoi(number)
		if !isMember || !named || err != nil || i < 0 || i >= len(files) {
			return nil, fmt.Errorf("tensor %.80q belongs to none of the %d members", t.Name, len(files))
		}
		t.Name = name
		files[i].Tensors = append(files[i].Tensors, t)
	}
	return files, nil
}
