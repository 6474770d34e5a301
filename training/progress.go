package training

import (
	"fmt"
	"io"

	"time"

	"github.com/schollz/progressbar/v3"

	"perceptron/models"
)

// ProgressBar shows on w how far training is, with the loss and, once known,
// the metric on the validation rows.
func ProgressBar(w io.Writer) Hook {
	var bar *progressbar.ProgressBar
	describe := func(p Progress) string {
		text := fmt.Sprintf("epoch %d/%d loss %.4f", p.Epoch, p.Epochs, p.Loss)
		if n := len(p.History); n > 0 && p.History[n-1].Valid != nil {
			text += " " + p.History[n-1].Valid.metric(p.Net.Task())
		}
		return text
	}
	return Hook{
		Begin: func(p Progress) error {
			bar = progressbar.NewOptions(p.Steps, progressbar.OptionSetWriter(w), progressbar.OptionThrottle(throttle),
				progressbar.OptionShowCount(), progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish())
			return nil
		},
		Step: func(p Progress) error { return bar.Add(1) },
		Epoch: func(p Progress) error {
			bar.Describe(describe(p))
			return nil
		},
		End: func(p Progress) error { return bar.Exit() },
	}
}

// throttle is the least time between two pictures of the bar: a terminal is
// slower than a training step.
const throttle = 100 * time.Millisecond

// metric is the figure that a task is judged by, in words.
func (e *Evaluation) metric(task models.Task) string {
	if task == models.Regression {
		return fmt.Sprintf("RMSE %.3f", e.RMSE)
	}
	return fmt.Sprintf("accuracy %.2f%%", 100*e.Accuracy)
}
