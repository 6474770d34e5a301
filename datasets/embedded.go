package datasets

import (
	_ "embed"
	"strings"
)

//go:embed data/xor.csv
var xorCSV string

//go:embed data/iris.csv
var irisCSV string

//go:embed data/boston.csv
var bostonCSV string

// XORSchema describes xor.csv: the features x1 and x2, the classes 0 and 1.
func XORSchema() Schema {
	return Schema{Features: []string{"x1", "x2"}, Target: "y", Kind: Classes, ClassNames: []string{"0", "1"}}
}

// IrisSchema describes iris.csv: four lengths in cm, and the species. A table
// may have other species than the embedded one.
func IrisSchema() Schema {
	return Schema{
		Features: []string{"sepal_length", "sepal_width", "petal_length", "petal_width"},
		Target:   "species",
		Kind:     Classes,
	}
}

// BostonSchema describes boston.csv: 13 features of a town or tract, and the
// median value of its homes in 1000 dollars.
func BostonSchema() Schema {
	return Schema{
		Features: []string{"CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"},
		Target:   "MEDV",
	}
}

// XOR returns the truth table of "exclusive or": four rows, two features. No
// straight line parts its classes, so a network without a hidden layer fails.
func XOR() (*Table, error) {
	return Read(strings.NewReader(xorCSV), "xor", XORSchema())
}

// Iris returns the measurements of 150 irises, 50 each of three species: four
// features in cm. One species is easy to tell, the other two overlap a little.
//
// Source: R. A. Fisher, "The use of multiple measurements in taxonomic
// problems", 1936, with E. Anderson's data, as in R's datasets::iris; the
// copy at UCI has two misprints.
func Iris() (*Table, error) {
	return Read(strings.NewReader(irisCSV), "iris", IrisSchema())
}

// Boston returns the median home values of 506 census tracts around Boston in
// 1970, with 13 features: crime (CRIM), large lots (ZN), industry (INDUS), the
// river (CHAS), nitric oxides (NOX), rooms (RM), age (AGE), distance to work
// (DIS), highways (RAD), tax (TAX), pupils a teacher (PTRATIO), B, and the share
// of poorer people (LSTAT). Values were cut off at 50.
//
// Column B is 1000·(Bk − 0.63)², where Bk is the share of Black residents. It
// was built on the assumption that segregation raises house prices, and
// Bk can't be recovered from it. Use the table to learn about regression, not
// about housing, and no model of it for decisions about people.
//
// Source: D. Harrison and D. L. Rubinfeld, "Hedonic housing prices and the
// demand for clean air", 1978, as in R's MASS::Boston.
func Boston() (*Table, error) {
	return Read(strings.NewReader(bostonCSV), "boston", BostonSchema())
}
