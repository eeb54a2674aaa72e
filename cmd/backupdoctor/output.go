package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// formats are the values of -o, in the order in which help names them.
var formats = []string{"table", "summary", "json", "ndjson", "csv", "csv-findings", "html", "markdown", "junit", "prometheus"}

// streamed is the format that is written while the run goes on.
const streamed = "ndjson"

// renderers are the other formats, which are written once the report is complete.
var renderers = map[string]func(io.Writer, report.Report, format.Options) error{
	"table":   format.WriteTable,
	"summary": format.WriteSummary,
	"json":    plainly(format.WriteJSON),

	"csv":          plainly(format.WriteCSV),
	"csv-findings": plainly(format.WriteCSVFindings),
	"html":         plainly(format.WriteHTML),
	"markdown":     plainly(format.WriteMarkdown),
	"junit":        plainly(format.WriteJUnit),
	"prometheus":   plainly(format.WritePrometheus),
}

// plainly is a renderer that is the same on every terminal.
func plainly(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, format.Options) error {
	return func(w io.Writer, r report.Report, _ format.Options) error { return write(w, r) }
}

// An output is one rendering of the report and where it goes.
type output struct {
	format  string
	path    string // "" is stdout
	display format.Options
}

// outputFlags say what becomes of a run.
func outputFlags() []cli.Flag {
	return append(renderFlags(),
		option(reportFlags, "redact", "put placeholders for names and identifiers"),
		&cli.StringFlag{Name: "record", Category: reportFlags, Usage: "keep what was learned in `FILE`, for --from"},
		option(reportFlags, "quiet", "say nothing on stderr of how far the run has come"),
	)
}

// renderFlags say how a report is written.
func renderFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "o", Category: reportFlags, Usage: "also write `FORMAT[=FILE]`; without FILE in place of the table"},
		option(reportFlags, "json", "the same as -o json"),
		option(reportFlags, "all", "show what is well too, and every question in full"),
		option(reportFlags, "show-suppressed", "show the findings that are suppressed, and why"),
		option(reportFlags, "force", "overwrite files that exist"),
	}, displayFlags()...)
}

// outputsOf reads outputFlags. That each file can be written is found out now, before the
// devices are asked for something that would then be lost.
func (s surroundings) outputsOf(ctx *cli.Context, files destination) ([]output, error) {
	asked := ctx.StringSlice("o")
	if ctx.Bool("json") && !slices.Contains(asked, "json") {
		asked = append(asked, "json")
	}
	outputs, err := parseOutputs(asked)
	if err != nil {
		return nil, err
	}
	for i, o := range outputs {
		if err := files.check(o.path); err != nil {
			return nil, err
		}
		stream := s.stdout
		if o.path != "" {
			stream = io.Discard
		}
		if outputs[i].display, err = s.displayOn(ctx, stream); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// parseOutputs reads values of -o, and adds the table where none of them is for stdout.
func parseOutputs(asked []string) ([]output, error) {
	var outputs []output
	for _, text := range asked {
		format, path, named := strings.Cut(text, "=")
		switch {
		case !slices.Contains(formats, format):
			return nil, usageError("use one of "+strings.Join(formats, ", "), "unknown format %q", format)
		case named && path == "":
			return nil, usageError("use -o "+format+" for stdout", "no file after -o %s", text)
		case goesTo(outputs, path):
			return nil, usageError("give each -o a file of its own", "two outputs go to %s", cmp.Or(path, "stdout"))
		}
		outputs = append(outputs, output{format: format, path: path})
	}
	if !goesTo(outputs, "") {
		outputs = append(outputs, output{format: "table"})
	}
	return outputs, nil
}

// goesTo reports whether one of the outputs has this path.
func goesTo(outputs []output, path string) bool {
	return slices.ContainsFunc(outputs, func(o output) bool { return o.path == path })
}

// write renders the report once for each output that was not written while the run went on.
// One that fails does not keep the others from being written; the error is that of the
// first.
func (s surroundings) write(r report.Report, outputs []output, files destination) error {
	var failed error
	for _, o := range outputs {
		if o.format == streamed {
			continue
		}
		err := files.write(o.path, s.stdout, func(w io.Writer) error { return o.render(w, r) })
		if failed == nil {
			failed = err
		}
	}
	return failed
}

// forPeople are the formats that say nothing where there is no device: the end of the
// command says why on stderr.
var forPeople = []string{"table", "summary"}

// render writes the report in the format of the output.
func (o output) render(w io.Writer, r report.Report) error {
	if slices.Contains(forPeople, o.format) && (r.ExitCode() == report.ExitNoDevice || r.Subject == report.OfDevices && len(r.Devices) == 0) {
		return nil
	}
	return renderers[o.format](w, r, o.display)
}

// A destination says which files may be written.
type destination struct {
	overwrite bool
}

// check reports whether a file could be written, without touching it.
func (d destination) check(path string) error {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return nil
	case errors.Is(err, os.ErrNotExist):
		_, err := os.Stat(filepath.Dir(path)) // where it would be written
		return err
	case err != nil:
		return err
	case info.IsDir():
		return usageError("", "%s is a folder", path)
	case info.Mode().IsRegular() && !d.overwrite:
		return usageError("--force overwrites it", "%s exists already", path)
	}
	return nil
}

// write has a whole file written, which only its owner may read: reports name people's
// devices. The file appears once it is complete, so that neither a full disk nor a second
// Ctrl-C leaves half of it. What is no regular file is written to as it is.
func (d destination) write(path string, stdout io.Writer, render func(io.Writer) error) error {
	if path == "" {
		return inPieces(stdout, render)
	}
	if err := d.check(path); err != nil {
		return err
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		return replace(path, render)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(inPieces(file, render), file.Close())
}

// replace puts a new file in the place of another, if there is one.
func replace(path string, render func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // only its owner may read it
	if err != nil {
		return err
	}
	err = inPieces(file, render)
	if err = cmp.Or(err, file.Sync()); err != nil {
		file.Close()
	} else if err = file.Close(); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("%s: %w", path, unnamed(err))
	}
	return nil
}

// inPieces has something written in large pieces.
func inPieces(w io.Writer, render func(io.Writer) error) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := render(out); err != nil {
		return err
	}
	return out.Flush()
}

// unnamed drops the name of a temporary file from an error: it says nothing to anybody.
func unnamed(err error) error {
	if inner, ok := errors.AsType[*os.PathError](err); ok {
		return inner.Err
	}
	return err
}
