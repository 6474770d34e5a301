package training

import "math"

// Schedule gives the factor by which the learning rate of a step is multiplied.
// Steps are counted from 0; total is how many there are at the most.
type Schedule func(step, total int) float64

// Constant leaves the learning rate as it is.
func Constant() Schedule { return func(int, int) float64 { return 1 } }

// Cosine falls from 1 to 0 along half a cosine (Loshchilov and Hutter 2017).
func Cosine() Schedule {
	return func(step, total int) float64 {
		return (1 + math.Cos(math.Pi*float64(step)/float64(total))) / 2
	}
}
