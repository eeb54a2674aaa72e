package output

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

// Formats are the formats of a command that prints data. The first is the default, written to
// stdout.
type Formats []string

// Flags returns the flags that select formats: -o FORMAT[=FILE], which may be repeated, its
// short form --json, and --force.
func (f Formats) Flags(category string) []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "o", Category: category, Usage: "write `FORMAT[=FILE]`: " + strings.Join(f, ", ")},
		command.Option(category, "json", "the same as -o json"),
		command.Option(category, "force", "overwrite files"),
	}
}

// A Printer writes the result of a command in the requested formats.
type Printer struct {
	files   Files
	outputs []printed
}

// printed is one format and its destination; "" is stdout.
type printed struct{ format, path string }

// Printer reads Flags, before or after a subcommand, and checks that each file can be written.
func (f Formats) Printer(ctx *cli.Context, stdout io.Writer) (Printer, error) {
	p := Printer{files: Files{Stdout: stdout}}
	var asked []string
	for _, c := range ctx.Lineage() {
		if c.Command == nil {
			continue
		}
		for _, text := range c.StringSlice("o") {
			if !slices.Contains(asked, text) {
				asked = append(asked, text)
			}
		}
		if c.Bool("json") && !slices.Contains(asked, "json") {
			asked = append(asked, "json")
		}
		p.files.Force = p.files.Force || c.Bool("force")
	}
	onStdout := false
	for _, text := range asked {
		name, path, named := strings.Cut(text, "=")
		switch {
		case !slices.Contains(f, name):
			return p, command.Usage("use "+strings.Join(f, ", "), "unknown format %q", name)
		case named && path == "":
			return p, command.Usage("use -o "+name+" for stdout", "no file after -o %s", text)
		}
		if IsStdout(path) {
			path = ""
		}
		for _, other := range p.outputs {
			if p.files.Same(other.path, path) {
				return p, command.Usage("give each -o a file of its own", "two outputs go to %s", orStdout(path))
			}
		}
		if err := p.files.Check(path); err != nil {
			return p, err
		}
		onStdout = onStdout || path == ""
		p.outputs = append(p.outputs, printed{name, path})
	}
	if !onStdout && (len(p.outputs) == 0 || f[0] == "table") {
		p.outputs = append(p.outputs, printed{f[0], ""})
	}
	return p, nil
}

func orStdout(path string) string {
	if path == "" {
		return "stdout"
	}
	return path
}

// Only reports whether format is the only one requested.
func (p Printer) Only(format string) bool {
	return !slices.ContainsFunc(p.outputs, func(o printed) bool { return o.format != format })
}

// Print calls the writer of each requested format.
func (p Printer) Print(ctx context.Context, writers map[string]func(io.Writer) error) error {
	for _, o := range p.outputs {
		write := writers[o.format]
		if write == nil {
			return fmt.Errorf("no writer for the format %s", o.format)
		}
		if o.path == "" {
			if err := write(p.files.Stdout); err != nil {
				return err
			}
			continue
		}
		if err := p.files.Write(ctx, o.path, Private, write); err != nil {
			return err
		}
	}
	return nil
}
