package main

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func pruneCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "prune",
		Usage: "delete old runs, and free their space",
		Description: "Nothing is deleted unless this command is run. A year of forty devices a day takes about 150\n" +
			"MB.\n\n" +
			"A run whose date is in doubt counts as old as the runs written next to it. A run with a\n" +
			"report that is kept for a hub, and that no hub has yet, stays unless --force is given.\n\n" +
			command.Examples("backupdoctor history prune --older-than 365d"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "older-than", Category: reportFlags, Usage: "delete runs that were over `DAYS` ago: 365d"},
			command.Option(reportFlags, "future", "delete runs dated in the future by a wrong clock"),
			command.Option(reportFlags, "force", "also delete reports that no hub has"),
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			which := ledger.Pruning{Future: ctx.Bool("future"), Force: ctx.Bool("force")}
			if ctx.String("older-than") == "" && !which.Future {
				return command.Usage("use --older-than 365d or --future", "say how much to delete")
			}
			if ctx.IsSet("older-than") {
				days, err := command.Days("older-than", ctx.String("older-than"))
				if err != nil {
					return err
				}
				which.Before = time.Now().AddDate(0, 0, -days)
			}
			return e.changingHistory(ctx.Context, func(store *ledger.Store) error {
				runs, waiting, err := store.Prune(ctx.Context, which)
				if err != nil {
					return err
				}
				if waiting > 0 {
					fmt.Fprintf(e.Stderr, "kept: the runs of %s that no hub has\nhint: --force forgets them, too, and they count as lost\n", words.Count(waiting, "report"))
				}
				text := fmt.Sprintf("forgot %s", words.Count(runs, "run"))
				if !which.Before.IsZero() {
					text += which.Before.UTC().Format(", over before 2006-01-02 15:04 UTC")
				}
				if which.Future {
					text += ", dated in the future"
				}
				_, err = fmt.Fprintln(e.Stdout, text)
				return err
			})
		}),
	}
}
