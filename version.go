package perceptron

// Version is the version of the module. The files that it writes carry it.
const Version = "0.1.0"
