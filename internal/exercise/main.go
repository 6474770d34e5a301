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

	"perceptron/training"
)

// Main is the main function of a lesson: it reads the command line, goes
// through the steps and ends the process with 0, with 1 for a failure or with 2
// for wrong usage. Results go to standard output and the results folder,
// progress and complaints to standard error. The first Ctrl-C stops between two
// training steps and keeps the run for -resume, a second one ends at once.
func Main(l *Lesson, steps func(context.Context, *Run) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(exitCode(l.Name, l.command(ctx, os.Args[1:], os.Stdout, os.Stderr, steps), os.Stderr))
}

// command is Main without the process around it.
func (l *Lesson) command(ctx context.Context, args []string, out, progress io.Writer, steps func(context.Context, *Run) error) error {
	c, err := l.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		l.usage(out)
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	if c.predict != nil {
		return l.predict(out, c.load, c.predict)
	}
	run, err := l.prepare(c, out, progress)
	if err != nil {
		return err
	}
	return steps(ctx, run)
}

// usageError is about the command line itself.
type usageError struct{ error }

// exitCode tells about an error and how the process is to end.
func exitCode(command string, err error, complaints io.Writer) int {
	const success, failure, misuse = 0, 1, 2
	if err == nil {
		return success
	}
	if errors.As(err, new(usageError)) {
		fmt.Fprintf(complaints, "%s: %v (%[1]s -help lists the flags)\n", command, err)
		return misuse
	}
	fmt.Fprintf(complaints, "%s: %v\n", command, err)
	return failure
}

// prepare does what can fail before the data are looked at, so that nobody
// trains for an hour to learn that the results can't be written.
func (l *Lesson) prepare(c *command, out, progress io.Writer) (*Run, error) {
	if err := checkFolder(c.out); err != nil {
		return nil, err
	}
	run := &Run{Lesson: l, Settings: c.settings, Out: out, folder: c.out, warnings: progress}
	if c.load != "" {
		if err := run.useSaved(c); err != nil {
			return nil, err
		}
	}
	if c.resume {
		if err := run.goOn(c); err != nil {
			return nil, err
		}
	}
	if !c.quiet {
		run.progress, run.Hooks = progress, []training.Hook{training.ProgressBar(progress)}
	}
	fmt.Fprintf(out, "%s\n", l.Title)
	run.showCheckpoint()
	return run, nil
}
