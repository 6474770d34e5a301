package training

import "fmt"

// Reason says why training stopped.
type Reason int

const (
	// EpochsDone means that all epochs were made.
	EpochsDone Reason = iota + 1
	// LossReached means that the training loss fell below Options.LossBelow.
	LossReached
	// Cancelled means that the context was cancelled.
	Cancelled
	// Failed means that an error ended training.
	Failed
)

// Stop is why and when training stopped.
type Stop struct {
	Reason Reason
	Epochs int     // finished
	Loss   float64 // the threshold that was reached
}

// String tells it in words: "loss below 0.01 after 212 epochs".
func (s Stop) String() string {
	epochs := fmt.Sprintf("%d epochs", s.Epochs)
	if s.Epochs == 1 {
		epochs = "1 epoch"
	}
	switch s.Reason {
	case EpochsDone:
		return "finished after " + epochs
	case LossReached:
		return fmt.Sprintf("loss below %v after %s", s.Loss, epochs)
	case Cancelled:
		return "cancelled after " + epochs
	case Failed:
		return "failed after " + epochs
	}
	return "not stopped"
}

// Early tells whether training stopped before all epochs were made.
func (s Stop) Early() bool { return s.Reason != EpochsDone }
