package training

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Checkpoints keeps a run's checkpoint in a file, for Options.Resume: after an
// epoch, but never for more than a twentieth of the time, and when the context is
// cancelled, in the middle of an epoch as well. The file is replaced whole or not
// at all. The clock decides which steps a killed run has to make again, and nothing
// else: the results are the same from any checkpoint.
//
//	Hooks: []training.Hook{training.Checkpoints{Path: "run.safetensors"}.Hook()},
type Checkpoints struct {
	Path string // of the file, whose folder is made if need be
	Note string // Checkpoint.Note
	Soon bool   // the first one already after the first epoch, not only after a tenth of a second

	// Failed is told why a checkpoint could not be saved, and training goes on; nil:
	// the error ends training. That of the last one, when the context is cancelled,
	// is always Fit's.
	Failed func(error)
}

// Hook is what Options.Hooks takes.
func (c Checkpoints) Hook() Hook {
	const share, least = 20, 100 * time.Millisecond
	var due time.Time
	save := func(p Progress) error {
		start := time.Now()
		defer func() { due = time.Now().Add(max(least, share*time.Since(start))) }()
		checkpoint, err := p.Checkpoint()
		if err != nil {
			return err
		}
		checkpoint.Note = c.Note
		if err := os.MkdirAll(filepath.Dir(c.Path), 0o777); err != nil {
			return fmt.Errorf("training: cannot make the folder of the checkpoint: %w", err)
		}
		return checkpoint.Save(c.Path)
	}
	return Hook{
		Begin: func(Progress) error {
			if !c.Soon {
				due = time.Now().Add(least)
			}
			return nil
		},
		Epoch: func(p Progress) error {
			if time.Now().Before(due) {
				return nil
			}
			err := save(p)
			if err != nil && c.Failed != nil {
				c.Failed(err)
				return nil
			}
			return err
		},
		End: func(p Progress) error {
			if p.Stop.Reason != Cancelled || p.Step == 0 {
				return nil
			}
			return save(p)
		},
	}
}
