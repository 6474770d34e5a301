package models

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// Kind is what a model's file can name: a kind of layer, a kind of loss, or a
// task. One of these is set. A file's reader knows the kinds of this package;
// those of others are handed to Load.
type Kind struct {
	Name  string // the word before the parenthesis of a String: Linear
	Layer func(a *Args) (Layer, error)
	Loss  func(a *Args) (Loss, error)
	Task  *Task
}

// kinds are those of this package: a line for each layer, or family of them, and
// each loss.
func kinds() map[string]Kind {
	all := map[string]Kind{}
	for _, k := range append(activationKinds(),
		linearLayer{}.Kind(),
		batchNormLayer{}.Kind(), batchNormLayer{images: true}.Kind(),
		noiseLayer{name: "Dropout"}.Kind(), noiseLayer{name: "GaussianNoise"}.Kind(),
		convLayer{}.Kind(), poolLayer{}.Kind(), poolLayer{mean: true}.Kind(), globalPoolLayer{}.Kind(), channelDropoutLayer{}.Kind(),
		reshapeLayer{}.Kind(), reshapeLayer{shape: make([]int, 3)}.Kind(),
		scaleLayer{}.Kind(), whitenLayer{}.Kind(),
		columnsLayer{name: "AppendLogs"}.Kind(), columnsLayer{name: "AppendReciprocals"}.Kind(), indicatorLayer{}.Kind(),
		targetScale{scaleLayer{name: "Unscale"}, false}.Kind(), targetScale{scaleLayer{name: "UnscaleSquare"}, true}.Kind(), clampLayer{}.Kind(),
		sequential{}.Kind(), residual{}.Kind(), concat{}.Kind(), named{}.Kind(),
		Regression.Kind(), Binary.Kind(), Multiclass.Kind(),
		crossEntropy{}.Kind(), classWeights{}.Kind(),
	) {
		all[k.Name] = k
	}
	return all
}

// withKinds adds kinds of other packages to those of this one.
func withKinds(more []Kind) (map[string]Kind, error) {
	all := kinds()
	for _, k := range more {
		if _, twice := all[k.Name]; twice || k.Name == "" {
			return nil, fmt.Errorf("the kind %q has no name or one that is taken", k.Name)
		}
		all[k.Name] = k
	}
	return all, nil
}

// Args are the arguments of a declaration that is read back from a file, such as
// Linear(4, 16, NoBias): numbers, texts, options and, within a composition,
// layers. A method that does not find what it is asked for remembers that as an
// error, which is returned for the declaration as a whole.
type Args struct {
	name    string
	numbers []float64
	texts   []string
	calls   []*Args
	kinds   map[string]Kind
	err     error
}

// Want makes it an error if there are not so many numbers, or WantAtLeast if
// there are fewer.
func (a *Args) Want(numbers int) {
	if len(a.numbers) != numbers {
		a.fail(fmt.Errorf("%d numbers: wanted %d", len(a.numbers), numbers))
	}
}

// WantAtLeast makes it an error if there are fewer numbers.
func (a *Args) WantAtLeast(numbers int) {
	if len(a.numbers) < numbers {
		a.fail(fmt.Errorf("%d numbers: wanted %d or more", len(a.numbers), numbers))
	}
}

// Numbers is how many numbers there are.
func (a *Args) Numbers() int { return len(a.numbers) }

// Float is a number, counted from 0.
func (a *Args) Float(i int) float64 {
	if i >= len(a.numbers) {
		a.WantAtLeast(i + 1)
		return 0
	}
	return a.numbers[i]
}

// Int is a number that is whole and not negative: a size, an index.
func (a *Args) Int(i int) int {
	x := a.Float(i)
	if x != float64(int32(x)) || x < 0 {
		a.fail(fmt.Errorf("%v is not a size", x))
		return 0
	}
	return int(x)
}

// Text is a quoted text, counted from 0 among the texts.
func (a *Args) Text(i int) string {
	if i >= len(a.texts) {
		a.fail(fmt.Errorf("%d texts: wanted %d", len(a.texts), i+1))
		return ""
	}
	return a.texts[i]
}

// Has reports whether there is an option of that name, such as NoBias.
func (a *Args) Has(option string) bool {
	_, ok := a.Option(option)
	return ok
}

// Option is the number of an option such as Eps(0.01), 0 for one without a
// number, and whether there is one.
func (a *Args) Option(name string) (value float64, ok bool) {
	for _, c := range a.calls {
		if c.name == name {
			if len(c.calls)+len(c.texts) > 0 || len(c.numbers) > 1 {
				a.fail(fmt.Errorf("option %s: wanted plain numbers, as in Eps(0.001)", name))
			}
			if len(c.numbers) > 0 {
				value = c.numbers[0]
			}
			return value, true
		}
	}
	return 0, false
}

// OptionInt is the whole number of an option such as Stride(2).
func (a *Args) OptionInt(name string) int {
	x, _ := a.Option(name)
	if x != float64(int32(x)) || x < 0 {
		a.fail(fmt.Errorf("option %s: %v is not a size", name, x))
		return 0
	}
	return int(x)
}

// Layers are the arguments that are layers themselves.
func (a *Args) Layers() []Layer {
	var all []Layer
	for _, c := range a.calls {
		l, err := c.layer()
		if err != nil {
			a.fail(err)
			return nil
		}
		all = append(all, l)
	}
	return all
}

func (a *Args) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// layer makes the layer that is called for.
func (a *Args) layer() (Layer, error) {
	kind := a.kinds[a.name]
	if kind.Layer == nil {
		return nil, fmt.Errorf("no layer is called %s", a.name)
	}
	l, err := kind.Layer(a)
	if a.err != nil {
		return nil, a.err
	}
	return l, err
}

// loss makes the loss that is called for.
func (a *Args) loss() (Loss, error) {
	kind := a.kinds[a.name]
	if kind.Loss == nil {
		return nil, fmt.Errorf("no loss is called %s", a.name)
	}
	l, err := kind.Loss(a)
	if a.err != nil {
		return nil, a.err
	}
	return l, err
}

// parseLayer turns what a Layer's String gives back into the layer. Layers that
// hold data, such as Standardize, come back empty, to be filled by LoadStateDict.
func parseLayer(code string, kinds map[string]Kind) (Layer, error) {
	return parsed(code, "layer", kinds, (*Args).layer)
}

func parseLoss(code string, kinds map[string]Kind) (Loss, error) {
	return parsed(code, "loss", kinds, (*Args).loss)
}

// parsed reads a description and holds that it is what the result describes
// itself by, so that nothing in it was overlooked.
func parsed[T fmt.Stringer](code, what string, kinds map[string]Kind, make func(*Args) (T, error)) (T, error) {
	var none T
	const longest = 1 << 14 // a description is one short call, or a block of some
	if len(code) > longest {
		return none, fmt.Errorf("a %s's description has %d characters: the most is %d", what, len(code), longest)
	}
	tree, err := parser.ParseExpr(code)
	if err != nil {
		return none, fmt.Errorf("%s %.80q: not a call: %w", what, code, err)
	}
	a, err := arguments(tree, kinds, 0)
	if err != nil {
		return none, fmt.Errorf("%s %.80q: %w", what, code, err)
	}
	result, err := make(a)
	if err != nil {
		return none, fmt.Errorf("%s %.80q: %w", what, code, err)
	}
	if result.String() != code {
		return none, fmt.Errorf("%s %.80q: read as %.80s", what, code, result)
	}
	return result, nil
}

// arguments takes f(1, 2.5, "text", Word, g(3)) apart.
func arguments(tree ast.Expr, kinds map[string]Kind, depth int) (*Args, error) {
	const deepest = 20
	if depth > deepest {
		return nil, fmt.Errorf("more than %d calls inside one another", deepest)
	}
	if word, ok := tree.(*ast.Ident); ok && depth > 0 {
		return &Args{name: word.Name, kinds: kinds}, nil
	}
	node, ok := tree.(*ast.CallExpr)
	if !ok {
		return nil, errors.New("not a call such as Linear(4, 16)")
	}
	name, ok := node.Fun.(*ast.Ident)
	if !ok {
		return nil, errors.New("not a call of a plain name")
	}
	a := &Args{name: name.Name, kinds: kinds}
	for _, argument := range node.Args {
		switch argument := argument.(type) {
		case *ast.BasicLit:
			if argument.Kind == token.STRING {
				text, err := strconv.Unquote(argument.Value)
				if err != nil {
					return nil, fmt.Errorf("%.40s: %w", argument.Value, err)
				}
				a.texts = append(a.texts, text)
				continue
			}
			x, err := number(argument)
			if err != nil {
				return nil, err
			}
			a.numbers = append(a.numbers, x)
		case *ast.UnaryExpr:
			x, err := number(argument)
			if err != nil {
				return nil, err
			}
			a.numbers = append(a.numbers, x)
		default:
			inner, err := arguments(argument, kinds, depth+1)
			if err != nil {
				return nil, err
			}
			a.calls = append(a.calls, inner)
		}
	}
	return a, nil
}

// number reads 2, 0.5 or -1e-05.
func number(e ast.Expr) (float64, error) {
	if minus, ok := e.(*ast.UnaryExpr); ok && minus.Op == token.SUB {
		if _, nested := minus.X.(*ast.UnaryExpr); !nested {
			x, err := number(minus.X)
			return -x, err
		}
	}
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.INT && literal.Kind != token.FLOAT {
		return 0, errors.New("wanted plain numbers, such as 2 or 0.5")
	}
	x, err := strconv.ParseFloat(literal.Value, 64)
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", literal.Value, errors.Unwrap(err))
	}
	return x, nil
}
