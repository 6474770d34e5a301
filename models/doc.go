// Package models declares neural networks as layers and predicts with them.
//
// A network is written down layer by layer, as on a slide:
//
//	net, err := models.New(models.Multiclass, models.Seed(1),
//		models.Linear(4, 16), models.ReLU(),
//		models.Linear(16, 3),
//	)
//
// The task, here Multiclass, decides what follows the last layer: which
// activation turns its output into a prediction, and which loss is trained.
//
//	task        prediction   loss
//	Regression  z            MSELoss
//	Binary      Sigmoid(z)   BCEWithLogitsLoss
//	Multiclass  Softmax(z)   CrossEntropyLoss
//
// Underneath, the model is a symbolic Gorgonia expression graph. It depends on
// the number of rows and on the mode, so there is one for training
// ([Model.TrainingGraph], or [Model.AdversarialGraph]) and one for everything
// else ([Model.EvaluationGraph]); all of them share the one set of weights that
// the model owns. Package training differentiates and runs the former;
// [Model.Predict] runs the latter.
//
// # Names
//
// Layers are named by kind and number, fc1, relu1, fc2, and their parameters
// after them, fc1.weight (outputs × inputs), fc1.bias, bn1.running_mean: the
// names and shapes that PyTorch uses, so that a state dict goes both ways.
//
// # Data
//
// Inputs are float32 tensors of shape (rows, features). Predictions are
// float32 tensors of shape (rows, outputs). Targets have shape (rows, outputs),
// or (rows, 1) with class indices 0, 1, 2, … for Multiclass.
//
// # Keeping and using a network
//
// [Model.Save] writes one file from which [Load] declares the network again,
// layers, weights, preprocessing and names. [Model.Classify] and
// [Model.PredictRow] answer for single rows. [Model.SaveONNX] writes the same
// computation for runtimes of other languages.
//
// # Concurrency
//
// [Model.Predict], [Model.Evaluate] and the methods that read may be called
// from any number of goroutines at once, also while the model is being
// trained: they see the weights as they are between two steps.
package models
