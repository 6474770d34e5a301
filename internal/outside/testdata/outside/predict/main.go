// Command predict names the iris whose lengths it is given, with a network that
// the lesson saved: predict results/iris/model.safetensors 5.1 3.5 1.4 0.2
package main

import (
	"fmt"
	"log"
	"os"

	"gorgonia.org/tensor"

	"perceptron/models"
	"perceptron/training"
)

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: predict MODEL SEPAL-LENGTH SEPAL-WIDTH PETAL-LENGTH PETAL-WIDTH")
	}
	net, err := models.Load(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	lengths := make([]float32, 4)
	for i := range lengths {
		if _, err := fmt.Sscan(os.Args[2+i], &lengths[i]); err != nil {
			log.Fatal(err)
		}
	}
	p, err := net.Predict(tensor.New(tensor.WithShape(1, 4), tensor.WithBacking(lengths)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.Info().Outputs[training.Class(p.Float32s())])
}
