package training

import (
	"cmp"
	"fmt"
)

// Reason says why training stopped.
type Reason int

const (
	// EpochsDone means that all epochs were made.
	EpochsDone Reason = iota + 1
	// LossReached means that the training loss fell below Options.LossBelow.
	LossReached
	// NoImprovement means that EarlyStopping's patience was at its end.
	NoImprovement
	// HookStopped means that a hook asked for it with StopTraining.
	HookStopped
	// Cancelled means that the context was cancelled.
	Cancelled
	// Failed means that an error ended training.
	Failed
)

// Stop is why and when training stopped.
type Stop struct {
	Reason   Reason
	Epochs   int     // finished
	Loss     float64 // the threshold that was reached
	Patience int     // the epochs that were waited for a better loss
	Why      string  // what the hook said that ended training
	Best     int     // the epoch that EarlyStopping took the weights from; 0: the last
}

// String tells it in words: "loss below 0.01 after 212 epochs".
func (s Stop) String() string {
	text := ""
	switch s.Reason {
	case EpochsDone:
		text = "finished"
	case LossReached:
		text = fmt.Sprintf("loss below %v", s.Loss)
	case NoImprovement:
		text = "no better loss in " + count(s.Patience, "epoch")
	case HookStopped:
		text = cmp.Or(s.Why, "stopped by a hook")
	case Cancelled:
		text = "cancelled"
	case Failed:
		text = "failed"
	default:
		return "not stopped"
	}
	text += " after " + count(s.Epochs, "epoch")
	if s.Best > 0 {
		text += fmt.Sprintf(", weights of epoch %d", s.Best)
	}
	return text
}

// count is "1 epoch" or "212 epochs".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Early reports whether training stopped before all epochs were made.
func (s Stop) Early() bool { return s.Reason != EpochsDone }

// StopTraining is an error for a Hook to return that ends training without being
// one of Fit: the step under way is finished, the model keeps what it has learned,
// and Stop has the reason HookStopped and the given words.
//
//	Epoch: func(p training.Progress) error {
//		if p.History[len(p.History)-1].TrainLoss < 0.1 {
//			return training.StopTraining("good enough")
//		}
//		return nil
//	},
func StopTraining(why string) error { return &stopRequest{why} }

// stopRequest is a hook's wish to end training.
type stopRequest struct{ why string }

func (s *stopRequest) Error() string { return "training: stopped by a hook: " + s.why }
