package main

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// outputFlags control how a run is judged and written.
func outputFlags() []cli.Flag {
	return append(renderFlags(),
		command.Option(reportFlags, "redact", "replace names and identifiers with placeholders"),
		&cli.StringFlag{Name: "record", Category: reportFlags, Usage: "record what was read in `FILE`, for --from"},
		command.Option(reportFlags, "quiet", "do not show progress"),
	)
}

// renderFlags control how a report is written.
func renderFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "o", Category: reportFlags, Usage: "also write `FORMAT[=FILE]`; without FILE in place of the table: " + strings.Join(format.Names(), ", ")},
		command.Option(reportFlags, "json", "the same as -o json"),
		command.Option(reportFlags, "plain", "the same as -o plain: a line for each device, for scripts"),
		command.Option(reportFlags, "steps", "show every cause with its evidence, and all steps"),
		command.Option(reportFlags, "all", "show healthy findings and questions, too"),
		command.Option(reportFlags, "show-suppressed", "show the findings that are suppressed, and why"),
		command.Option(reportFlags, "force", "overwrite files; write to a FIFO, socket or device"),
	}, displayFlags()...)
}

// A reporting says how devices are judged, and where results go.
type reporting struct {
	table   releases.Table
	judge   scan.Judge
	files   output.Files
	outputs []scan.Output
	record  string   // file for the recording; "" for none
	written []string // every file to be written
	quiet   bool
}

// reportingOf reads checkFlags and outputFlags.
func (e env) reportingOf(ctx *cli.Context) (r reporting, err error) {
	r = reporting{table: e.releases(), files: e.filesOf(ctx), record: ctx.String("record"), quiet: ctx.Bool("quiet")}
	r.judge.Redact = ctx.Bool("redact")
	if r.judge.Checks, err = checksOf(ctx); err != nil {
		return r, err
	}
	if err = policyOf(ctx, &r.judge); err != nil {
		return r, err
	}
	if r.judge.Suppressed, err = e.suppressedOf(ctx); err != nil {
		return r, err
	}
	if r.outputs, err = e.outputsOf(ctx, r.files); err != nil {
		return r, err
	}
	for _, o := range r.outputs {
		r.written = append(r.written, o.Path)
	}
	if r.record == "" {
		return r, nil
	}
	return r, r.addFile("--record", r.record)
}

// addFile adds the file of a flag to those to be written. Each must be a different file.
func (r *reporting) addFile(flag, path string) error {
	for _, other := range r.written {
		if r.files.Same(other, path) {
			return command.Usage("give "+flag+" a file of its own", "two outputs go to %s", nameOf(path))
		}
	}
	r.written = append(r.written, path)
	return r.files.Check(path)
}

// nameOf returns the name of an output for messages.
func nameOf(path string) string {
	if output.IsStdout(path) {
		return "stdout"
	}
	return path
}

// filesOf reads --force and --deadline.
func (e env) filesOf(ctx *cli.Context) output.Files {
	files := output.Files{Force: ctx.Bool("force"), Stdout: e.Stdout}
	if limit := ctx.Duration("deadline"); limit > 0 {
		files.Until = time.Now().Add(limit)
	}
	return files
}

// sinks returns the outputs and the recording, with others between them.
func (r reporting) sinks(e env, others ...scan.Sink) []scan.Sink {
	sinks := slices.Concat([]scan.Sink{scan.Outputs(r.outputs, r.files)}, others)
	if r.record != "" {
		sinks = append(sinks, scan.Record(r.record, r.files))
	}
	return sinks
}

// live returns the sinks that show the examination as it happens, unless that is disabled.
func (r reporting) live(e env) []scan.Sink {
	if r.quiet {
		return nil
	}
	return []scan.Sink{scan.Lines(e.screen), scan.Progress(e.screen)}
}

// outputsOf reads renderFlags. It checks that each file can be written, so that no device is
// examined for a report that is then lost.
func (e env) outputsOf(ctx *cli.Context, files output.Files) ([]scan.Output, error) {
	asked := ctx.StringSlice("o")
	for _, alias := range []string{"json", "plain"} {
		if ctx.Bool(alias) && !slices.Contains(asked, alias) {
			asked = append(asked, alias)
		}
	}
	outputs, err := parseOutputs(asked)
	if err != nil {
		return nil, err
	}
	if !goesTo(outputs, "") && ctx.String("record") != "-" && ctx.String("files") != "-" {
		outputs = append(outputs, scan.Output{Format: "table"})
	}
	for i, o := range outputs {
		for _, other := range outputs[:i] {
			if files.Same(other.Path, o.Path) {
				return nil, command.Usage("give each -o a file of its own", "two outputs go to %s", nameOf(o.Path))
			}
		}
		if err := files.Check(o.Path); err != nil {
			return nil, err
		}
		stream := e.Stdout
		if o.Path != "" {
			stream = io.Discard
		}
		if outputs[i].Display, err = e.displayOn(ctx, stream); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// parseOutputs parses values of -o. The file - is stdout.
func parseOutputs(asked []string) ([]scan.Output, error) {
	var outputs []scan.Output
	for _, text := range asked {
		name, path, named := strings.Cut(text, "=")
		_, known := format.Find(name)
		switch {
		case !known:
			return nil, command.Usage("use one of "+strings.Join(format.Names(), ", "), "unknown format %q", name)
		case named && path == "":
			return nil, command.Usage("use -o "+name+" for stdout", "no file after -o %s", text)
		}
		if path == "-" {
			path = ""
		}
		outputs = append(outputs, scan.Output{Format: name, Path: path})
	}
	return outputs, nil
}

// goesTo reports whether one of the outputs has this path.
func goesTo(outputs []scan.Output, path string) bool {
	return slices.ContainsFunc(outputs, func(o scan.Output) bool { return o.Path == path })
}
