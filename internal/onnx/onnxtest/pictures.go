package onnxtest

import "math"

// slide runs an operator whose windows slide over pictures. Attributes that are
// missing have the specification's defaults.
func slide(op string, in []array, lists map[string][]int, whole map[string]int) (array, error) {
	x := in[0]
	n, channels, height, width := x.shape[0], x.shape[1], x.shape[2], x.shape[3]
	list := func(name string, otherwise ...int) []int {
		if l, ok := lists[name]; ok {
			return l
		}
		return otherwise
	}
	kernel, strides, pads, dilations := list("kernel_shape", height, width), list("strides", 1, 1), list("pads", 0, 0, 0, 0), list("dilations", 1, 1)
	outH := (height+pads[0]+pads[2]-dilations[0]*(kernel[0]-1)-1)/strides[0] + 1
	outW := (width+pads[1]+pads[3]-dilations[1]*(kernel[1]-1)-1)/strides[1] + 1
	out, group := channels, 1
	if op == "Conv" {
		out, group = in[1].shape[0], whole["group"]
	}
	y := array{shape: []int{n, out, outH, outW}}
	// window visits what a place sees of a channel.
	window := func(picture, channel, row, col int, visit func(k int, v float64)) {
		for k := range kernel[0] * kernel[1] {
			i, j := row*strides[0]+k/kernel[1]*dilations[0]-pads[0], col*strides[1]+k%kernel[1]*dilations[1]-pads[1]
			if i >= 0 && i < height && j >= 0 && j < width {
				visit(k, x.data[((picture*channels+channel)*height+i)*width+j])
			}
		}
	}
	for i := range n * out * outH * outW {
		col, row, o, picture := i%outW, i/outW%outH, i/outW/outH%out, i/outW/outH/out
		sum := 0.0
		switch op {
		case "Conv":
			inside := channels / group
			for c := range inside {
				window(picture, o/(out/group)*inside+c, row, col, func(k int, v float64) {
					sum += v * in[1].data[(o*inside+c)*kernel[0]*kernel[1]+k]
				})
			}
			if len(in) > 2 {
				sum += in[2].data[o]
			}
		case "MaxPool":
			sum = math.Inf(-1)
			window(picture, o, row, col, func(_ int, v float64) { sum = max(sum, v) })
		default: // means, of all places of a window: count_include_pad is 1
			window(picture, o, row, col, func(_ int, v float64) { sum += v / float64(kernel[0]*kernel[1]) })
		}
		y.data = append(y.data, sum)
	}
	return y, nil
}
