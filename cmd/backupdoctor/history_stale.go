package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func staleCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "stale",
		Usage: "list the devices without a recent good iCloud backup",
		Description: "Tells of each device what was known when it was last scanned: those that have no good\n" +
			"iCloud backup on record come first, then the oldest backups, then those of which it could\n" +
			"not be read. The exit code is 1 if there is one of the first two kinds, and else 0.\n\n" +
			examples(
				"backupdoctor history stale",
				"backupdoctor history stale --days 7 --csv > stale.csv",
				"backupdoctor history stale --json | jq -r '.devices[] | select(.state != \"unknown\") | .serial'",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.IntFlag{Name: "days", Category: reportFlags, Usage: "`DAYS` that a backup may be old", Value: 14},
			option(reportFlags, "json", "write JSON"),
			option(reportFlags, "csv", "write CSV, for a spreadsheet"),
		}, displayFlags()),
		Action: takes(0, func(ctx *cli.Context) error {
			if ctx.Int("days") < 1 {
				return usageError("", "--days must be at least 1")
			}
			if ctx.Bool("json") && ctx.Bool("csv") {
				return usageError(helpHint(ctx), "--json and --csv contradict each other")
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			return s.withHistory(ctx.Context, func(store *history.Store) error {
				stale, err := store.Stale(ctx.Context, time.Now(), ctx.Int("days"))
				if err != nil {
					return err
				}
				switch {
				case ctx.Bool("json"):
					err = format.WriteStaleJSON(s.stdout, stale)
				case ctx.Bool("csv"):
					err = format.WriteStaleCSV(s.stdout, stale)
				default:
					err = format.WriteStale(s.stdout, stale, options)
				}
				if err == nil && stale.Stale > 0 {
					return exit{code: report.ExitProblems}
				}
				return err
			})
		}),
	}
}
