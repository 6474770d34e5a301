package exercise

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Drawing is a lesson that trains nothing and only draws.
type Drawing struct {
	Name, Title, About string
	Draw               func() ([]Picture, error)
}

// MainDrawing is Main for a Drawing. Of the flags it has -out and, for scripts
// that run every lesson, -quiet.
func MainDrawing(d Drawing) { os.Exit(exitCode(d.Name, d.command(os.Args[1:], os.Stdout), os.Stderr)) }

func (d Drawing) command(args []string, out io.Writer) error {
	folder := filepath.Join("results", d.Name)
	f := newFlagSet(d.Name)
	pathFlag(f, "out", "`folder` for the pictures (default \"results/"+d.Name+"\")", &folder)
	f.Bool("quiet", false, "show no progress (drawing shows none anyway)")
	err := finish(f, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "%s\n\n%s\n\nFlags:\n", d.Title, d.About)
		f.SetOutput(out)
		f.PrintDefaults()
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	if err := checkFolder(folder); err != nil {
		return err
	}
	fmt.Fprintln(out, d.Title)
	pictures, err := d.Draw()
	if err != nil {
		return err
	}
	files := pictureFiles(pictures)
	if err := writeAll(folder, files); err != nil {
		return err
	}
	showFiles(out, folder, files)
	return nil
}
