package main

import (
	"context"
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// exportFormats maps each format to its writer.
var exportFormats = map[string]func(io.Writer) format.HistoryWriter{
	"csv":    format.NewHistoryCSV,
	"json":   format.NewHistoryJSON,
	"ndjson": format.NewHistoryNDJSON,
}

func exportCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "export",
		Usage: "write all runs, devices and findings",
		Description: "Each device is written as in the report of its run. The format csv has one row for each\n" +
			"problem, warning, unknown and suppressed finding.\n\n" +
			command.Examples(
				"backupdoctor history export -o json=history.json",
				"backupdoctor history export -o csv=history.csv",
				"backupdoctor history export -o ndjson | jq -c 'select(.kind == \"visit\") | .device.verdict'",
			),
		Flags: output.Formats{"json", "csv", "ndjson"}.Flags(reportFlags),

		Action: command.Takes(0, func(ctx *cli.Context) error {
			printer, err := output.Formats{"json", "csv", "ndjson"}.Printer(ctx, e.Stdout)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				writers := map[string]func(io.Writer) error{}
				for name, open := range exportFormats {
					writers[name] = func(w io.Writer) error { return e.export(ctx.Context, store, open(w)) }
				}
				return printer.Print(ctx.Context, writers)
			})
		}),
	}
}

func (e env) export(ctx context.Context, store *ledger.Store, w format.HistoryWriter) error {
	damaged, err := store.Export(ctx, w.Run, w.Visit)
	if err != nil {
		return err
	}
	if damaged > 0 {
		fmt.Fprintf(e.Stderr, "the reports of %s could not be read; for those, only what the history lists is exported\n", words.Count(damaged, "device"))
	}
	return w.Close()
}
