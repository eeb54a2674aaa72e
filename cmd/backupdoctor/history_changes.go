package main

import (
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func changesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "changes",
		Usage: "list causes that are new, fixed or still there, and devices that are missing",
		Description: "Compares each device's last visit before --since with its last visit after it. A cause\n" +
			"counts as fixed only if its check has found all well since. A device that was not seen since\n" +
			"is missing: nothing is known of its causes. The exit code is 1 if there is a cause that was\n" +
			"not there before, else 0.\n\n" +
			command.Examples(
				"backupdoctor history changes                the last seven days",
				"backupdoctor history changes --since 30d",
				"backupdoctor history changes --json | jq '.devices[] | select(.after == null) | .name'",
			),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: reportFlags, Usage: "compare with `DAYS` ago: 7d, 2w", Value: "7d"},
		}, slices.Concat(displayFlags(), tableOrJSON.Flags(reportFlags))...),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				before, since, err := store.Around(ctx.Context, time.Now().AddDate(0, 0, -days))
				if err != nil {
					return err
				}
				diff := report.Compare(before, since)
				err = e.printTable(ctx, diff, func(w io.Writer) error { return format.WriteDiff(w, diff, options) })
				if err == nil && diff.Changes.New > 0 {
					return command.Exit{Code: report.ExitProblems}
				}
				return err
			})
		}),
	}
}
