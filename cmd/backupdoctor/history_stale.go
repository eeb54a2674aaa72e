package main

import (
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// tableJSONOrCSV are the formats of lists for spreadsheets.
var tableJSONOrCSV = output.Formats{"table", "json", "csv"}

func staleCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "stale",
		Usage: "list the devices without a recent good iCloud backup",
		Description: "Shows what was known of each device when it was last scanned: first devices with no good\n" +
			"iCloud backup on record, then the oldest backups, then devices whose last backup could not\n" +
			"be read. The exit code is 1 if there is a device of the first two kinds, else 0.\n\n" +
			"With --mdm, devices in an MDM's export that are not in the history are listed, too.\n\n" +
			command.Examples(
				"backupdoctor history stale",
				"backupdoctor history stale --days 7 -o csv=stale.csv",
				"backupdoctor history stale --mdm export.csv           also devices that were never scanned",
				"backupdoctor history stale --json | jq -r '.devices[] | select(.backup != \"unknown\") | .serial'",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.IntFlag{Name: "days", Category: reportFlags, Usage: "accept a last backup up to `DAYS` old", Value: 14},
		}, mdmFlags(), tableJSONOrCSV.Flags(reportFlags), displayFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if days := ctx.Int("days"); days < 1 || days > command.MostDays {
				return command.Usage("", "--days must be 1 to %d", command.MostDays)
			}
			printer, err := tableJSONOrCSV.Printer(ctx, e.Stdout)
			if err != nil {
				return err
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			managed, err := e.managedOf(ctx)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				stale, err := store.Stale(ctx.Context, time.Now(), ctx.Int("days"))
				if err != nil {
					return err
				}
				if managed != nil {
					seen, err := store.Seen(ctx.Context)
					if err != nil {
						return err
					}
					stale.MDM = scan.NotExamined(managed, seen, nil, time.Duration(ctx.Int("days"))*24*time.Hour)
				}
				err = printer.Print(ctx.Context, map[string]func(io.Writer) error{
					"table": func(w io.Writer) error { return format.WriteStale(w, stale, options) },
					"json":  document(stale),
					"csv":   func(w io.Writer) error { return format.WriteStaleCSV(w, stale) },
				})
				if err == nil && (stale.Stale > 0 || stale.MDM != nil && stale.MDM.Without > 0) {
					return command.Exit{Code: report.ExitProblems}
				}
				return err
			})
		}),
	}
}
