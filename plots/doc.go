// Package plots draws the pictures that a training leaves behind. It knows
// plain numbers and functions only, so it serves any program that has some.
//
//	Decision    what a two-class model makes of every point of a plane
//	Predicted   predicted against actual values of a regression
//	Comparison  the same numbers as two series over the rows
//	Confusion   which classes were taken for which
//	Loss        losses, and another measure, by epoch
//	Mistakes    a sheet of misread pictures
//	Functions   functions of one variable, such as activations
//
// Each is a struct: fill in its numbers, and Save it.
//
//	err := plots.Save("results/iris/confusion.png", plots.Confusion{
//		Title:   "Iris: validation rows",
//		Classes: []string{"setosa", "versicolor", "virginica"},
//		Actual:  actual, Predicted: predicted,
//	})
//
// Drawing checks the numbers first: an empty or short series, a class without
// a name, NaN or Inf give an error that says which value is wrong. The same
// numbers give the same bytes. Pictures may be drawn concurrently.
//
// The looks follow a few rules. What a picture shows stands in its title, the
// numbers that sum it up below that. Legends stand above the data, never on
// it. No meaning hangs on colour alone: lines differ in dashes, points in
// shape, cells hold their counts; and the colours are told apart with any
// colour vision.
package plots
