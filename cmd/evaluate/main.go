// Command evaluate repeats a lesson over many seeds and sums up how it did, for
// those who choose recipes. One seed says little: it may have drawn an easy
// split or good initial weights.
//
//	go run ./cmd/evaluate -lesson boston -recipe best -seeds 20
//	go run ./cmd/evaluate -lesson iris -seeds 100 -json iris.json
//	go run ./cmd/evaluate -lesson xor -seeds 1000 -- -lr 0.3
//
// What follows -- are flags of the lesson itself, which win over its recipe. The
// runs go side by side on all processors, and their results depend on the
// seeds alone. Nothing is written but the file of -json.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"time"

	"perceptron/internal/atomicfile"
	"perceptron/internal/exercise"
)

// lessons are those that can be repeated.
var lessons = map[string]func() *exercise.Lesson{
	"xor": exercise.XOR, "boston": exercise.Boston, "iris": exercise.Iris, "mnist": exercise.MNIST,
}

// order is what the command line asks for.
type order struct {
	lesson   *exercise.Lesson
	settings exercise.Settings
	first    uint64
	seeds    int
	parallel int
	json     string
	rows     bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command is main without the process around it. It returns the exit code.
func command(ctx context.Context, args []string, out, progress io.Writer) int {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(progress, "evaluate: %v (-help lists the flags)\n", err)
		return 2
	}
	if o.json != "" { // or else a night's runs might be lost
		err := atomicfile.Check(o.json)
		if info, _ := os.Stat(o.json); info != nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			fmt.Fprintf(progress, "evaluate: cannot write %s: %v: name another file with -json\n", o.json, err)
			return 1
		}
	}
	start := time.Now()
	runs := repeat(ctx, o, progress)
	s := summarize(o, runs)
	s.print(out)
	fmt.Fprintf(out, "%d runs in %v, %d at a time\n", len(runs), time.Since(start).Round(100*time.Millisecond), o.parallel)
	if o.json != "" {
		if err := atomicfile.Write(o.json, func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", " ")
			return e.Encode(s)
		}); err != nil {
			fmt.Fprintf(progress, "evaluate: %v\n", err)
			return 1
		}
	}
	if s.Failed > 0 {
		return 1
	}
	return 0
}

// about is what -help says before the flags.
const about = `Repeats a lesson over many seeds and sums up how it did: one seed may have drawn
an easy split or good initial weights.

Examples:
  go run ./cmd/evaluate -lesson boston -recipe best -seeds 20
  go run ./cmd/evaluate -lesson iris -seeds 100 -json iris.json
  go run ./cmd/evaluate -lesson xor -seeds 1000 -- -lr 0.3

What follows -- are flags of the lesson itself, which win over its recipe. The
recipe and the seeds go before it.

Flags:
`

// parse reads the command line; out gets the text of -help.
func parse(args []string, out io.Writer) (*order, error) {
	o := &order{}
	f := flag.NewFlagSet("evaluate", flag.ContinueOnError)
	f.SetOutput(io.Discard) // command says what is wrong
	f.Usage = func() {}
	name := f.String("lesson", "", "`name` of the lesson: xor, boston, iris or mnist")
	recipe := f.String("recipe", "default", "`name` of its recipe")
	f.IntVar(&o.seeds, "seeds", 20, "how `many` seeds")
	f.Uint64Var(&o.first, "first", 0, "the first `seed`; the others follow it")
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "how `many` runs go side by side")
	f.StringVar(&o.json, "json", "", "`file` for the figures of every run and their summary")
	f.BoolVar(&o.rows, "rows", false, "list in the file of -json which rows validated each run, to try others on the same")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(out, about)
			f.SetOutput(out)
			f.PrintDefaults()
		}
		return nil, err
	}
	lesson, ok := lessons[*name]
	if !ok {
		return nil, fmt.Errorf("-lesson %q: wanted xor, boston, iris or mnist", *name)
	}
	if o.seeds < 1 || o.parallel < 1 {
		return nil, fmt.Errorf("-seeds %d, -parallel %d: wanted 1 or more", o.seeds, o.parallel)
	}
	if uint64(o.seeds-1) > math.MaxUint64-o.first {
		return nil, fmt.Errorf("-first %d, -seeds %d: the last seed would be above %d", o.first, o.seeds, uint64(math.MaxUint64))
	}
	o.lesson = lesson()
	var err error
	o.settings, err = o.lesson.Configure(*recipe, f.Args())
	return o, err
}
