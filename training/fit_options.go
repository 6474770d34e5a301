package training

import "perceptron/datasets"

// Options say how Fit trains. The zero value of a field is its default.
type Options struct {
	Optimizer *Optimizer // Adam(1e-3)
	Schedule  Schedule   // Constant()
	BatchSize int        // rows of a step; 0: all at once
	DropLast  bool       // leave out an epoch's last batch if it would be shorter
	Epochs    int        // passes over the training rows, at the most; must be given
	LossBelow float64    // stop after an epoch whose mean training loss is below it; 0: never
	Seed      uint64     // of the order of the rows in each epoch, and of those held back

	EarlyStopping EarlyStopping // off without a Patience

	ClipNorm, ClipValue float64 // bounds on the gradients, as in Trainer; 0: none

	// Adversarial trains on an adversarial twin of each row as well, as in
	// Trainer, in units of the preprocessed inputs; 0: none. Training losses, and
	// so LossBelow, are then means over rows and twins.
	Adversarial float64

	// Transform changes a training batch in place before it is used:
	// augmentation. See datasets.LoaderOptions.
	Transform func(datasets.Batch)
	// Prefetch prepares the next batch while a step runs.
	Prefetch bool

	// Resume goes on from a checkpoint of the same run: model, data and options
	// must be those of its beginning, but for Epochs, where the schedule has not
	// depended on it yet, and what changes no result. The model's weights are
	// replaced, and the run ends as one that was never interrupted, to the bit.
	Resume *Checkpoint

	// After goes on from the end of an earlier Fit of the model: steps and epochs
	// are counted on from there, so that dropout masks, noise and orders of the
	// rows are new ones, and its history comes first. Epochs and the schedule are
	// those of this Fit alone. The optimizer goes on too if it is the same one.
	After *Result

	Hooks []Hook
}

// Epoch is one line of the history.
type Epoch struct {
	Epoch     int         // from 1
	TrainLoss float64     // mean over the epoch's batches, in training mode, weighted by rows
	Valid     *Evaluation // after the epoch, without Predictions; nil without validation rows
	HeldBack  float64     // mean loss of the rows that EarlyStopping judges by; 0 without
	Rate      float64     // learning rate of the epoch's last step
}

// Result is what Fit did.
type Result struct {
	Stop    Stop
	Epochs  int // finished
	Steps   int
	History []Epoch
}
