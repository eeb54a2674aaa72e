package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

// exportFormats are the values of --format, and what writes each.
var exportFormats = map[string]func(io.Writer) format.HistoryWriter{
	"csv":    format.NewHistoryCSV,
	"json":   format.NewHistoryJSON,
	"ndjson": format.NewHistoryNDJSON,
}

func exportCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write all runs, devices and findings",
		ArgsUsage: "[FILE]",
		Description: "Each device is written as it stood in the report of its run. As csv there is one row for\n" +
			"each problem, warning, unknown and suppressed finding. Without FILE it goes to stdout.\n\n" +
			examples(
				"backupdoctor history export history.json",
				"backupdoctor history export --format csv history.csv",
				"backupdoctor history export --format ndjson | jq -c 'select(.record == \"device\") | .device.verdict'",
			),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Category: reportFlags, Usage: "write `FORMAT`: json, csv or ndjson", Value: "json"},
			option(reportFlags, "force", "overwrite a file that exists"),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() > 1 {
				return usageError(helpHint(ctx), "unexpected argument %q", ctx.Args().Get(1))
			}
			format, known := exportFormats[ctx.String("format")]
			if !known {
				return usageError("use "+strings.Join(slices.Sorted(maps.Keys(exportFormats)), ", "), "unknown format %q", ctx.String("format"))
			}
			files, path := destination{overwrite: ctx.Bool("force")}, ctx.Args().First()
			if err := files.check(path); err != nil {
				return err
			}
			return s.withHistory(ctx.Context, func(store *history.Store) error {
				return files.stream(path, s.stdout, func(w io.Writer) error {
					return s.export(ctx.Context, store, format(w))
				})
			})
		},
	}
}

func (s surroundings) export(ctx context.Context, store *history.Store, w format.HistoryWriter) error {
	damaged, err := store.Export(ctx, w.Run, w.Visit)
	if err != nil {
		return err
	}
	if damaged > 0 {
		fmt.Fprintf(s.stderr, "the reports of %s could not be read; of those there is what the history has beside them\n", countOf(damaged))
	}
	return w.Close()
}

// stream is write for what is too long to be put together first. A file is there once it is
// whole, and not before.
func (d destination) stream(path string, stdout io.Writer, put func(io.Writer) error) error {
	if path == "" {
		return buffered(stdout, put)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(buffered(file, put), file.Close())
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".backupdoctor-*") // for its owner only
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name()) // of no effect once it has been renamed
	if err := errors.Join(buffered(draft, put), draft.Close()); err != nil {
		return err
	}
	if err := d.check(path); err != nil {
		return err
	}
	return os.Rename(draft.Name(), path)
}

func buffered(w io.Writer, put func(io.Writer) error) error {
	buffer := bufio.NewWriter(w)
	if err := put(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}
