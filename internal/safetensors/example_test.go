package safetensors_test

import (
	"bytes"
	"fmt"

	"perceptron/internal/safetensors"
)

// Weights go out and come back under their state-dict names.
func Example() {
	var file bytes.Buffer
	err := safetensors.Write(&file, &safetensors.File{
		Metadata: map[string]string{"task": "binary"},
		Tensors: []safetensors.Tensor{
			{Name: "fc1.weight", Shape: []int{3, 2}, Data: []float32{1, 2, 3, 4, 5, 6}},
			{Name: "fc1.bias", Shape: []int{3}, Data: []float32{0, 0, -1}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	back, err := safetensors.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Metadata["task"])
	for _, t := range back.Tensors {
		fmt.Println(t.Name, t.DType, t.Shape, t.Data)
	}
	// Output:
	// binary
	// fc1.weight F32 [3 2] [1 2 3 4 5 6]
	// fc1.bias F32 [3] [0 0 -1]
}

// A file cut short says so.
func ExampleParse() {
	_, err := safetensors.Parse([]byte{0, 0, 0, 0, 0, 0, 0, 16, '{', '}'})
	fmt.Println(err)
	// Output:
	// safetensors: the header claims 1152921504606846976 bytes, but only 2 follow: the file is damaged or of another kind: take another copy, or save it again
}
