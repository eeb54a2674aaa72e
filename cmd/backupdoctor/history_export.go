package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
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

func exportCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write all runs, devices and findings",
		ArgsUsage: "[FILE]",
		Description: "Each device is written as it stood in the report of its run. As csv there is one row for\n" +
			"each problem, warning, unknown and suppressed finding. Without FILE it goes to stdout.\n\n" +
			command.Examples(
				"backupdoctor history export history.json",
				"backupdoctor history export --format csv history.csv",
				"backupdoctor history export --format ndjson | jq -c 'select(.kind == \"visit\") | .device.verdict'",
			),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Category: reportFlags, Usage: "write `FORMAT`: json, csv or ndjson", Value: "json"},
			command.Option(reportFlags, "force", "overwrite a file that exists"),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() > 1 {
				return command.Usage(command.HelpHint(ctx), "unexpected argument %q", ctx.Args().Get(1))
			}
			format, known := exportFormats[ctx.String("format")]
			if !known {
				return command.Usage("use "+strings.Join(slices.Sorted(maps.Keys(exportFormats)), ", "), "unknown format %q", ctx.String("format"))
			}
			files, path := e.filesOf(ctx), ctx.Args().First()
			if err := files.Check(path); err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *history.Store) error {
				return files.Write(ctx.Context, path, output.Private, func(w io.Writer) error {
					return e.export(ctx.Context, store, format(w))
				})
			})
		},
	}
}

func (e env) export(ctx context.Context, store *history.Store, w format.HistoryWriter) error {
	damaged, err := store.Export(ctx, w.Run, w.Visit)
	if err != nil {
		return err
	}
	if damaged > 0 {
		fmt.Fprintf(e.Stderr, "the reports of %s could not be read; of those there is what the history has beside them\n", words.Count(damaged, "device"))
	}
	return w.Close()
}
