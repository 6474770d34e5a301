package models

// Declare makes the model that a file's description declares, all zeros, if it
// holds no more than so many numbers.
func Declare(text string, numbers int) (*Model, error) {
	d, err := parseDescription([]byte(text))
	if err != nil {
		return nil, err
	}
	return d.declare(numbers, nil)
}
