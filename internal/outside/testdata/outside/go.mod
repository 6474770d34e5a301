module example.org/outside

go 1.25.0

require perceptron v0.0.0

replace perceptron => ../../../..
