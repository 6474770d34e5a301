package models

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// parseTask finds a task by its name.
func parseTask(name string) (Task, error) {
	for t, n := range taskNames {
		if n == name {
			return t, nil
		}
	}
	return 0, fmt.Errorf("unknown task %q: wanted Regression, Binary or Multiclass", name)
}

// parseLayer turns what a Layer's String gives back into the layer.
// Layers that hold data, such as Standardize, come back empty, to be filled by
// LoadStateDict.
func parseLayer(code string) (Layer, error) {
	const longest = 1 << 10 // a description is one short call
	if len(code) > longest {
		return nil, fmt.Errorf("a layer's description has %d characters: the most is %d", len(code), longest)
	}
	c, err := parseCall(code)
	if err != nil {
		return nil, fmt.Errorf("layer %.80q: %w", code, err)
	}
	l := c.layer()
	if c.err != nil {
		return nil, fmt.Errorf("layer %.80q: %w", code, c.err)
	}
	if l.String() != code {
		return nil, fmt.Errorf("layer %.80q: read as %s", code, l)
	}
	return l, nil
}

// call is a parsed f(1, 2.5, Word, g(3)).
type call struct {
	name    string
	numbers []float64
	options map[string]float64 // Word is 0, g(3) is 3
	err     error
}

func parseCall(code string) (*call, error) {
	tree, err := parser.ParseExpr(code)
	if err != nil {
		return nil, fmt.Errorf("not a call: %w", err)
	}
	node, ok := tree.(*ast.CallExpr)
	if !ok {
		return nil, fmt.Errorf("not a call such as Linear(4, 16)")
	}
	name, ok := node.Fun.(*ast.Ident)
	if !ok {
		return nil, fmt.Errorf("not a call of a plain name")
	}
	c := &call{name: name.Name, options: map[string]float64{}}
	for _, arg := range node.Args {
		switch arg := arg.(type) {
		case *ast.BasicLit, *ast.UnaryExpr:
			x, err := number(arg)
			if err != nil {
				return nil, err
			}
			c.numbers = append(c.numbers, x)
		case *ast.Ident:
			c.options[arg.Name] = 0
		case *ast.CallExpr:
			f, named := arg.Fun.(*ast.Ident)
			if !named || len(arg.Args) != 1 {
				return nil, fmt.Errorf("an option must look like Eps(0.001)")
			}
			if c.options[f.Name], err = number(arg.Args[0]); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("arguments must be numbers or options")
		}
	}
	return c, nil
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
		return 0, fmt.Errorf("wanted plain numbers, such as 2 or 0.5")
	}
	x, err := strconv.ParseFloat(literal.Value, 64)
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", literal.Value, errors.Unwrap(err))
	}
	return x, nil
}

// layer makes the layer that is called for; c.err says why it can't.
func (c *call) layer() Layer {
	n := c.sizes()
	switch c.name {
	case "Linear":
		c.want(2)
		if _, ok := c.options["NoBias"]; ok {
			return Linear(n(0), n(1), NoBias)
		}
		return Linear(n(0), n(1))
	case "BatchNorm1d", "BatchNorm2d":
		c.want(1)
		var options []BatchNormOption
		if eps, ok := c.options["Eps"]; ok {
			options = append(options, Eps(eps))
		}
		if momentum, ok := c.options["Momentum"]; ok {
			options = append(options, Momentum(momentum))
		}
		return newBatchNorm(n(0), c.name == "BatchNorm2d", options)
	case "Sigmoid":
		c.want(0)
		return Sigmoid()
	case "Tanh":
		c.want(0)
		return Tanh()
	case "ReLU":
		c.want(0)
		return ReLU()
	case "Softplus":
		c.want(0)
		return Softplus()
	case "LeakyReLU":
		return LeakyReLU(c.float())
	case "Dropout":
		return Dropout(c.float())
	case "GaussianNoise":
		return GaussianNoise(c.float())
	case "Flatten":
		c.want(0)
		return Flatten()
	case "Unflatten":
		c.want(3)
		return Unflatten(n(0), n(1), n(2))
	case "Standardize":
		c.want(1)
		return scaleLayer{kind: c.name, n: n(0)}
	case "Unscale", "UnscaleSquare":
		c.want(1)
		return targetScale{scaleLayer{kind: c.name, n: n(0)}}
	case "Whiten":
		c.want(1)
		return whitenLayer{n: n(0)}
	case "Clamp":
		if c.want(2); len(c.numbers) == 2 {
			return Clamp(float32(c.numbers[0]), float32(c.numbers[1]))
		}
	case "AppendIndicators":
		if len(c.numbers) < 2 {
			c.want(3)
		}
		l := indicatorLayer{features: n(0), column: n(1)}
		for i := 2; i < len(c.numbers); i++ {
			l.values = append(l.values, float32(c.numbers[i]))
		}
		return l
	case "AppendLogs", "AppendReciprocals":
		if len(c.numbers) == 0 {
			c.want(2)
		}
		l := appendLayer{kind: c.name, features: n(0)}
		for i := 1; i < len(c.numbers); i++ {
			l.columns = append(l.columns, n(i))
		}
		return l
	}
	c.fail(fmt.Errorf("no layer is called %s", c.name))
	return Flatten()
}

// want checks how many numbers there are.
func (c *call) want(numbers int) {
	if len(c.numbers) != numbers {
		c.fail(fmt.Errorf("%d numbers: wanted %d", len(c.numbers), numbers))
	}
}

func (c *call) float() float64 {
	c.want(1)
	if len(c.numbers) == 0 {
		return 0
	}
	return c.numbers[0]
}

// sizes gives access to the numbers as whole ones.
func (c *call) sizes() func(i int) int {
	return func(i int) int {
		if i >= len(c.numbers) {
			return 0 // want has complained
		}
		x := c.numbers[i]
		if x != float64(int32(x)) || x < 0 {
			c.fail(fmt.Errorf("%v is not a size", x))
			return 0
		}
		return int(x)
	}
}

func (c *call) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}
