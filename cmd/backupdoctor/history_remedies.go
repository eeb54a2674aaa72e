package main

import (
	"fmt"
	"io"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func remediesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "remedies",
		Usage: "count which remedies were followed by a new iCloud backup",
		Description: "Counts the repairs that treat led through, by cause and remedy. A new iCloud backup within\n" +
			"three days counts for each remedy tried in the repair. Skipped remedies do not count. A\n" +
			"repair without a new backup is open until three days have passed.\n\n" +
			command.Examples(
				"backupdoctor history remedies",
				"backupdoctor history remedies --since 90d -o csv=remedies.csv",
				"backupdoctor history remedies --json | jq '.remedies[] | select(.triedCount > 4)'",
			),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: reportFlags, Usage: "tried in the last `DAYS`: 90d or 52w", Value: "365d"},
		}, tableJSONOrCSV.Flags(reportFlags)...),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			printer, err := tableJSONOrCSV.Printer(ctx, e.Stdout)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				rates, err := store.Remedies(ctx.Context, time.Now(), days)
				if err != nil {
					return err
				}
				list := func(as string) func(io.Writer) error {
					return func(w io.Writer) error { return export.Remedies(days).Write(w, as, format.Rows(rates.Remedies)) }
				}
				if len(rates.Remedies) == 0 {
					fmt.Fprintln(e.screen, "no remedy was tried in a repair")
				}
				return printer.Print(ctx.Context, map[string]func(io.Writer) error{"table": list(""), "json": document(rates), "csv": list("csv")})
			})
		}),
	}
}
