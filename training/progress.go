package training

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"perceptron/models"
)

// ProgressBar shows on w how far training is, with the loss of the last step
// and, once known, the metric on the validation rows. On a terminal that is a
// bar in one line of less than 80 columns; elsewhere, as in a log, it is a line
// after each tenth of the epochs. What cannot be written is left out: it is no
// reason to stop.
func ProgressBar(w io.Writer) Hook {
	if !isTerminal(w) {
		return progressLines(w)
	}
	return progressBar(w, throttle)
}

// throttle is the least time between two pictures of the bar: a terminal is
// slower than a training step.
const throttle = 100 * time.Millisecond

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func progressLines(w io.Writer) Hook {
	return Hook{Epoch: func(p Progress) error {
		if p.Epoch*10/p.Epochs == (p.Epoch-1)*10/p.Epochs {
			return nil
		}
		last := p.History[len(p.History)-1]
		text := fmt.Sprintf("epoch %d of %d: training loss %.4g", p.Epoch, p.Epochs, last.TrainLoss)
		if last.Valid != nil {
			text += fmt.Sprintf(", validation loss %.4g", last.Valid.Loss)
			if metric := last.Valid.metric(); metric != "" {
				text += ", " + metric
			}
		}
		fmt.Fprintln(w, text)
		return nil
	}}
}

func progressBar(w io.Writer, throttle time.Duration) Hook {
	var bar *progressbar.ProgressBar
	var picture bytes.Buffer // of the bar, so that it goes to the terminal in one piece
	var shown time.Time
	show := func(p Progress) error {
		shown = time.Now()
		bar.Describe(p.String())
		picture.Reset() // Describe has drawn the description with the last count
		err := bar.Set(p.Step)
		w.Write(picture.Bytes())
		return err
	}
	return Hook{
		Begin: func(p Progress) error {
			bar = progressbar.NewOptions(p.Steps, progressbar.OptionSetWriter(&picture),
				progressbar.OptionSetWidth(10), progressbar.OptionSetRenderBlankState(true))
			return nil
		},
		Step: func(p Progress) error {
			if time.Since(shown) < throttle {
				return nil
			}
			return show(p)
		},
		End: func(p Progress) error {
			if bar == nil || p.Step == 0 {
				return nil
			}
			err := show(p)
			fmt.Fprintln(w)
			return err
		},
	}
}

// String tells it in a few words: "epoch 3/10 loss 0.1234 accuracy 97.20%".
func (p Progress) String() string {
	text := fmt.Sprintf("epoch %d/%d loss %.4g", p.Epoch, p.Epochs, p.Loss)
	if n := len(p.History); n > 0 && p.History[n-1].Valid != nil {
		text += " " + p.History[n-1].Valid.metric()
	}
	return strings.TrimSpace(text)
}

// metric is the first figure that the task is judged by, in words; "" without any.
func (e *Evaluation) metric() string {
	if len(e.Figures) == 0 {
		return ""
	}
	switch f := e.Figures[0]; f.Name {
	case models.Accuracy.Name:
		return fmt.Sprintf("accuracy %.2f%%", 100*f.Value)
	case models.RMSE.Name:
		return fmt.Sprintf("RMSE %.4g", f.Value)
	default:
		return fmt.Sprintf("%s %.4g", f.Name, f.Value)
	}
}
