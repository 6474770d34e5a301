package onnx

// The versions that every file claims: old enough for any runtime since 2022,
// and with all the operators that layers need.
const (
	IRVersion    = 8  // of the file format
	OpsetVersion = 17 // of the operators
)

// Model is a graph and what there is to say about it.
type Model struct {
	Name            string // of the graph
	Producer        string // the program that wrote it
	ProducerVersion string
	Metadata        map[string]string // written sorted by key
	Graph           Graph
}

// Graph is a computation: Nodes run in their order.
type Graph struct {
	Inputs, Outputs []Value
	Nodes           []Node
	Constants       []Tensor
}

// Value declares a float32 input or output.
type Value struct {
	Name  string
	Shape []Dim
}

// Dim is one dimension of a Value: a fixed size, or a name for a size that is
// known only when the model runs.
type Dim struct {
	Size int
	Name string // when not empty, Size does not count
}

// Node is one operation. It gives one result.
type Node struct {
	Op         string // of the standard operators, such as Gemm
	Name       string
	Inputs     []string
	Output     string
	Attributes []Attribute
}

// Attribute is a setting of a Node: see Int, Ints and Float.
type Attribute struct {
	Name  string
	Value any // int, []int or float32
}

// Int is an attribute that holds a whole number.
func Int(name string, value int) Attribute { return Attribute{name, value} }

// Ints is an attribute that holds a list of whole numbers.
func Ints(name string, values ...int) Attribute { return Attribute{name, values} }

// Float is an attribute that holds a number.
func Float(name string, value float32) Attribute { return Attribute{name, value} }

// Tensor is a constant: Floats, or Ints where the operators want int64, rows
// first.
type Tensor struct {
	Name   string
	Shape  []int
	Floats []float32
	Ints   []int64
}

// Node adds an operation whose result carries the node's own name, and returns
// that name.
func (g *Graph) Node(op, name string, inputs []string, attributes ...Attribute) string {
	g.Nodes = append(g.Nodes, Node{Op: op, Name: name, Inputs: inputs, Output: name, Attributes: attributes})
	return name
}

// Floats adds a constant of that shape and returns its name.
func (g *Graph) Floats(name string, shape []int, values []float32) string {
	g.Constants = append(g.Constants, Tensor{Name: name, Shape: shape, Floats: values})
	return name
}

// Ints adds a list of whole numbers and returns its name.
func (g *Graph) Ints(name string, values ...int64) string {
	g.Constants = append(g.Constants, Tensor{Name: name, Shape: []int{len(values)}, Ints: values})
	return name
}
