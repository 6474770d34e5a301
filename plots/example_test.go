package plots_test

import (
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"perceptron/plots"
)

func ExampleSave() {
	dir, err := os.MkdirTemp("", "plots")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "loss.png")
	err = plots.Save(path, plots.Loss{
		Title: "Iris: loss by epoch",
		Train: []float64{1.10, 0.62, 0.31, 0.17},
		Valid: []float64{1.08, 0.66, 0.37, 0.24},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	size, err := png.DecodeConfig(file)
	fmt.Println(size.Width, "×", size.Height, err)
	// Output: 960 × 720 <nil>
}

func ExampleDecision() {
	xor := plots.Decision{
		Title:   "XOR by hand",
		Points:  [][2]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}},
		Classes: []int{0, 1, 1, 0},
		Probability: func(points [][2]float64) ([]float64, error) {
			p := make([]float64, len(points))
			for i, x := range points {
				z := 10 * (0.25 - (x[0]-0.5)*(x[1]-0.5)*4)
				p[i] = 1 / (1 + math.Exp(-z))
			}
			return p, nil
		},
	}
	img, err := xor.Draw()
	fmt.Println(img.Bounds(), err)
	// Output: (0,0)-(912,876) <nil>
}

func ExampleConfusion() {
	_, err := plots.Confusion{
		Classes:   []string{"setosa", "versicolor", "virginica"},
		Actual:    []int{0, 1, 2, 2},
		Predicted: []int{0, 1, 2, 3},
	}.Draw()
	fmt.Println(err)
	// Output: confusion matrix: predicted class of row 3 is 3: classes here are 0 to 2
}

func ExamplePredicted() {
	prices := plots.Predicted{
		Title: "Boston: validation rows", Quantity: "median price", Unit: "1000 $",
		Actual:    []float64{24.0, 21.6, 34.7, 33.4},
		Predicted: []float64{25.1, 22.0, 32.9, 30.8},
	}
	img, err := prices.Draw() // a dot for each row, and the identity line
	fmt.Println(img.Bounds(), err)
	img, err = plots.Comparison(prices).Draw() // the same rows as two series
	fmt.Println(img.Bounds(), err)
	// Output:
	// (0,0)-(840,930) <nil>
	// (0,0)-(1080,672) <nil>
}

func ExampleFunctions() {
	_, err := plots.Functions{
		Title: "Logarithms", From: -1, To: 10,
		Curves: []plots.Function{{Name: "log", At: math.Log}},
	}.Draw()
	fmt.Println(err)
	// Output: sheet of functions: log is NaN at x = -1: only finite numbers up to 1e+100 can be drawn
}
