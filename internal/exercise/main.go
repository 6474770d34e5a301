package exercise

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"perceptron/models"
	"perceptron/training"
)

// Exit codes.
const (
	success = 0
	failure = 1
	misuse  = 2
)

// Main is the main function of a lesson: it reads the command line, goes
// through the steps and ends the process with 0, with 1 for a failure or with 2
// for wrong usage. Results go to standard output and the results folder,
// progress and complaints to standard error. The first Ctrl-C stops between two
// training steps, a second one at once.
func Main(l *Lesson, steps func(context.Context, *Run) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(l.command(ctx, os.Args[1:], os.Stdout, os.Stderr, steps))
}

// command is Main without the process around it.
func (l *Lesson) command(ctx context.Context, args []string, out, complaints io.Writer, steps func(context.Context, *Run) error) int {
	c, err := l.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		l.usage(out)
		return success
	}
	if err != nil {
		fmt.Fprintf(complaints, "%s: %v (%[1]s -help lists the flags)\n", l.Name, err)
		return misuse
	}
	run, err := l.prepare(c, out, complaints)
	if err == nil {
		err = steps(ctx, run)
	}
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted, and no file was written: %w", err)
	}
	if err != nil {
		fmt.Fprintf(complaints, "%s: %v\n", l.Name, err)
		return failure
	}
	return success
}

// prepare does what can fail before the data are looked at, so that nobody
// trains for an hour to learn that the results can't be written.
func (l *Lesson) prepare(c *command, out, progress io.Writer) (*Run, error) {
	if err := checkFolder(c.out); err != nil {
		return nil, err
	}
	run := &Run{Lesson: l, Settings: c.settings, Out: out, folder: c.out, load: c.load}
	if c.load != "" {
		net, err := models.Load(c.load)
		if err != nil {
			return nil, err
		}
		run.loaded = net
		run.Recipe = net.Info().Recipe
		if !c.seeded {
			run.Seed = net.Seed() // the split of the training, so that no training row is validated with
		}
	}
	if !c.quiet {
		run.Hooks = []training.Hook{showProgress(progress)}
	}
	fmt.Fprintf(out, "%s\n", l.Title)
	return run, nil
}

// showProgress is a bar on a terminal, and ten lines in a log.
func showProgress(w io.Writer) training.Hook {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return training.ProgressBar(w)
		}
	}
	return training.Hook{Epoch: func(p training.Progress) error {
		if tenth := max(1, p.Epochs/10); p.Epoch%tenth == 0 {
			last := p.History[len(p.History)-1]
			fmt.Fprintf(w, "epoch %d of %d: training loss %.4g, validation loss %.4g\n", p.Epoch, p.Epochs, last.TrainLoss, last.Valid.Loss)
		}
		return nil
	}}
}
