package hub

import (
	"context"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func remediesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "remedies",
		Usage: "count which remedies were followed by a new iCloud backup",
		Description: "Counts the repairs that treat led through, by cause and remedy. A new iCloud backup within\n" +
			"three days counts for each remedy tried in the repair. Skipped remedies do not count. A\n" +
			"repair without a new backup is open until three days have passed.\n\n" + command.Examples(
			"backupdoctor fleet remedies",
			"backupdoctor fleet remedies --since 90d -o csv=remedies.csv",
		),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: filterHeading, Usage: "tried in the last `DAYS`: 90d or 52w", Value: "365d"},
		}, sourceFlags(), formatFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			return e.asking(ctx, func(e env, ctx context.Context, from source, as string) error {
				return e.writeRemedies(ctx, as, from, days)
			})
		}),
	}
}

// writeRemedies writes a list of remedies to stdout. If it is empty, it says so on stderr.
func (e env) writeRemedies(ctx context.Context, as string, from source, days int) error {
	count := 0
	rows := counting(from.remedies(ctx, days), func(report.RemedyRate) { count++ })
	if err := export.Remedies(days).Write(e.Stdout, as, rows); err != nil || as != "" || count > 0 {
		return err
	}
	_, err := fmt.Fprintln(e.Stderr, "no remedy was tried in a repair")
	return err
}
