package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func staleCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "stale",
		Usage: "list the devices without a recent good iCloud backup",
		Description: "Tells of each device what was known when it was last scanned: those that have no good\n" +
			"iCloud backup on record come first, then the oldest backups, then those of which it could\n" +
			"not be read. The exit code is 1 if there is one of the first two kinds, and else 0.\n\n" +
			command.Examples(
				"backupdoctor history stale",
				"backupdoctor history stale --days 7 --csv > stale.csv",
				"backupdoctor history stale --json | jq -r '.devices[] | select(.backup != \"unknown\") | .serial'",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.IntFlag{Name: "days", Category: reportFlags, Usage: "`DAYS` that a backup may be old", Value: 14},
			command.Option(reportFlags, "json", "write JSON"),
			command.Option(reportFlags, "csv", "write CSV, for a spreadsheet"),
		}, displayFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if ctx.Int("days") < 1 {
				return command.Usage("", "--days must be at least 1")
			}
			if ctx.Bool("json") && ctx.Bool("csv") {
				return command.Usage(command.HelpHint(ctx), "--json and --csv contradict each other")
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *history.Store) error {
				stale, err := store.Stale(ctx.Context, time.Now(), ctx.Int("days"))
				if err != nil {
					return err
				}
				switch {
				case ctx.Bool("json"):
					err = format.WriteStaleJSON(e.Stdout, stale)
				case ctx.Bool("csv"):
					err = format.WriteStaleCSV(e.Stdout, stale)
				default:
					err = format.WriteStale(e.Stdout, stale, options)
				}
				if err == nil && stale.Stale > 0 {
					return command.Exit{Code: report.ExitProblems}
				}
				return err
			})
		}),
	}
}
