package cmd_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"perceptron/training"
)

// kills is small in a run of all tests. The long form is
//
//	go test ./cmd -run TestKilledRuns -kills 200 -v -timeout 2h
var kills = flag.Int("kills", 12, "how many runs TestKilledRuns kills")

const checkpoint = "checkpoint.safetensors"

// lengthy are arguments of a training of a second or so, with all that is random
// in it and BatchNorm's statistics.
func lengthy(t *testing.T, name string) []string {
	args := map[string]string{
		"xor":    "-recipe deck -hidden 8 -epochs 20000 -loss-below 0",
		"boston": "-hidden 32,32 -epochs 1500 -noise 0.1 -reciprocals DIS -indicators RAD -clamp",
		"iris":   "-hidden 16 -batch 10 -epochs 6000 -noise 0.1",
		"mnist":  "-hidden 64 -epochs 500",
	}[name] + " -quiet -batchnorm -dropout 0.1"
	if name == "mnist" {
		dir := t.TempDir()
		train, valid := filepath.Join(dir, "train.csv"), filepath.Join(dir, "valid.csv")
		write(t, train, digits(200))
		write(t, valid, digits(50))
		args += " -train " + train + " -valid " + valid
	}
	return strings.Fields(args)
}

// TestKilledRuns kills lessons with SIGKILL at random moments, of which some are
// while files are written. Each file that is left is the old or the new one, a
// checkpoint can be loaded, and the runs that go on from it end in the bytes of
// one that nobody disturbed.
func TestKilledRuns(t *testing.T) {
	each := (*kills + len(wanted) - 1) / len(wanted)
	for name := range wanted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &victim{name: name, args: lengthy(t, name), home: t.TempDir()}
			v.folder = filepath.Join(v.home, "results", name)
			elsewhere := t.TempDir()
			start := time.Now()
			succeed(t, elsewhere, name, v.args...)
			v.longest = time.Since(start)
			v.new = contents(t, filepath.Join(elsewhere, "results", name))
			v.restart(t)
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			for v.killed < each {
				v.kill(t, time.Duration(random.Int64N(int64(v.longest))))
			}
			for v.finished == 0 { // undisturbed
				v.kill(t, time.Hour)
			}
			t.Logf("%d runs killed: %d with a checkpoint to go on from, %d among the results, %d left temporaries; %d runs finished with the same results",
				v.killed, v.resumable, v.mixed, v.leftovers, v.finished)
		})
	}
}

// victim is a lesson that is killed again and again.
type victim struct {
	name         string
	args         []string
	home, folder string
	longest      time.Duration
	old, new     map[string]string // results

	killed, resumable, mixed, leftovers, finished int
}

// restart puts old results into the folder, and nothing else.
func (v *victim) restart(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(v.folder); err != nil {
		t.Fatal(err)
	}
	if v.old == nil {
		succeed(t, v.home, v.name, append(v.args, "-seed", "2", "-epochs", "2")...)
		v.old = contents(t, v.folder)
		return
	}
	mkdir(t, v.folder)
	for name, text := range v.old {
		write(t, filepath.Join(v.folder, name), text)
	}
}

// kill runs the lesson, from its checkpoint if it has left one, and kills it
// after a while.
func (v *victim) kill(t *testing.T, after time.Duration) {
	t.Helper()
	args := v.args
	if _, err := os.Stat(filepath.Join(v.folder, checkpoint)); err == nil {
		args = []string{"-quiet", "-resume"} // with the settings of the beginning
	}
	c := lesson(t, v.home, v.name, args...)
	var complaints strings.Builder
	c.Stderr = &complaints
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { c.Process.Kill() })
	err := c.Wait()
	timer.Stop()
	if err == nil {
		v.finished++
		same(t, contents(t, v.folder), v.new)
		v.restart(t)
		return
	}
	if c.ProcessState.ExitCode() != -1 || complaints.Len() > 0 {
		t.Fatalf("%v, standard error %q", c.ProcessState, complaints.String())
	}
	v.killed++
	v.inspect(t)
}

// inspect looks at what a killed run has left.
func (v *victim) inspect(t *testing.T) {
	t.Helper()
	files := contents(t, v.folder)
	changed, temporaries := 0, 0
	for name, text := range files {
		switch {
		case name == checkpoint:
			v.resumable++
			if _, err := training.LoadCheckpoint(filepath.Join(v.folder, name)); err != nil {
				t.Error(err)
			}
		case strings.HasPrefix(name, ".") && strings.Contains(name, ".tmp-"):
			temporaries++
		case text == v.old[name]:
		case text == v.new[name]:
			changed++
		default:
			t.Errorf("%s is neither the old nor the new file", name)
		}
	}
	for name := range v.old {
		if _, there := files[name]; !there {
			t.Errorf("%s is gone", name)
		}
	}
	if changed > 0 && changed < len(v.new) {
		v.mixed++
	}
	if temporaries > 0 {
		v.leftovers++
	}
}

// start runs a lesson until it has a checkpoint.
func start(t *testing.T, folder, name string, args ...string) (c *exec.Cmd, complaints *strings.Builder) {
	t.Helper()
	c, complaints = lesson(t, folder, name, args...), &strings.Builder{}
	c.Stderr = complaints
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "results", name, checkpoint)
	for tries := 0; ; tries++ {
		if _, err := os.Stat(path); err == nil {
			return c, complaints
		}
		if tries == 6000 {
			c.Process.Kill()
			t.Fatalf("no %s in a minute", path)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// The first Ctrl-C, or a polite kill, keeps the run and says how to go on.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := lengthy(t, "xor")
	succeed(t, dir, "xor", append(args, "-out", "undisturbed")...)
	want := contents(t, filepath.Join(dir, "undisturbed"))
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		c, complaints := start(t, dir, "xor", args...)
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		c.Wait()
		said, path := complaints.String(), filepath.Join("results", "xor", checkpoint)
		if code := c.ProcessState.ExitCode(); code != 1 || strings.Count(said, "\n") != 1 ||
			!strings.HasPrefix(said, "xor: interrupted, and kept in "+path+": go on with go run ./cmd/xor -resume (training: stopped before step ") {
			t.Fatalf("%v: %v, standard error %q", signal, c.ProcessState, said)
		}
		if files := contents(t, filepath.Join(dir, "results")); len(files) != 1 {
			t.Errorf("%v: %d files, want the checkpoint alone", signal, len(files))
		}
		if said := succeed(t, dir, "xor", "-resume", "-quiet"); !strings.Contains(said, "Going on from "+path) || !strings.Contains(said, "recipe deck, seed 1") {
			t.Errorf("%v: standard output\n%s", signal, said)
		}
		same(t, contents(t, filepath.Join(dir, "results", "xor")), want)
		if err := os.RemoveAll(filepath.Join(dir, "results")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoingOn holds -resume to the settings of the beginning, and to more epochs
// where the schedule allows them.
func TestGoingOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := lengthy(t, "xor")
	c, _ := start(t, dir, "xor", args...)
	c.Process.Kill()
	c.Wait()
	before := contents(t, dir)
	refuse := func(lesson, args string, says ...string) {
		t.Helper()
		r := run(t, dir, lesson, append([]string{"-quiet", "-resume"}, strings.Fields(args)...)...)
		if r.code != 1 || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s %s: exit %d, standard error %q", lesson, args, r.code, r.stderr)
		}
		for _, want := range says {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("%s %s: standard error does not say %q:\n%s", lesson, args, want, r.stderr)
			}
		}
		same(t, contents(t, dir), before)
	}
	path := filepath.Join("results", "xor", checkpoint)
	refuse("xor", "-lr 0.02", "-lr does not agree with the run to go on with, in "+path, "recipe deck, seed 1", "lr 0.01", "leave out the flag")
	refuse("xor", "-seed 3", "-seed does not agree")
	refuse("xor", "-hidden 8,8", "-hidden does not agree")
	refuse("xor", "-batchnorm=false", "-batchnorm does not agree")
	refuse("xor", "-recipe default", "-recipe does not agree")
	refuse("xor", "-epochs 1", "ask for more than -epochs 1")
	refuse("xor", "-out elsewhere", "there is no "+filepath.Join("elsewhere", checkpoint)+" to go on from", "leave out -resume to begin anew")
	refuse("iris", "", "there is no "+filepath.Join("results", "iris", checkpoint))
	refuse("iris", "-out results/xor", path, `it is of the lesson "xor", not iris`, "name another folder with -out")
	own := filepath.Join(t.TempDir(), "own.csv")
	write(t, own, "x1,x2,y\n0,0,1\n0,1,1\n1,0,1\n1,1,0\n")
	refuse("xor", "-data "+own, "training rows: now 4 of 2 features and checksum")

	whole := before[path]
	for _, damaged := range []string{whole[:len(whole)/2], ""} {
		write(t, filepath.Join(dir, path), damaged)
		before = contents(t, dir)
		refuse("xor", "", path, "the file is damaged", "begin the training anew")
	}
	write(t, filepath.Join(dir, path), whole)

	// The same settings may be said again, and more epochs be asked for.
	longer := append(args, "-epochs", "25000")
	succeed(t, dir, "xor", append(longer, "-resume")...)
	got := contents(t, filepath.Join(dir, "results", "xor"))
	succeed(t, dir, "xor", append(longer, "-out", "undisturbed")...)
	same(t, got, contents(t, filepath.Join(dir, "undisturbed")))
}
