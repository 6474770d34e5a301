// Species names an iris by four lengths in cm, of sepal and petal.
package main

import (
	"fmt"
	"log"

	"perceptron/models"
)

func main() {
	net, err := models.Load("results/iris/model.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	var sepalLength, sepalWidth, petalLength, petalWidth float32
	if _, err := fmt.Scan(&sepalLength, &sepalWidth, &petalLength, &petalWidth); err != nil {
		log.Fatal(err)
	}
	species, err := net.Classify(sepalLength, sepalWidth, petalLength, petalWidth)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(species[0].Name)
}
