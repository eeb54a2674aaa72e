package main

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func pruneCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "prune",
		Usage: "forget old runs, and give their room back",
		Description: "Nothing is ever forgotten by itself. A year of forty devices a day takes about 150 MB.\n\n" +
			command.Examples("backupdoctor history prune --older-than 365d"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "older-than", Category: reportFlags, Usage: "forget runs that were over `DAYS` ago: 365d"},
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if ctx.String("older-than") == "" {
				return command.Usage("use --older-than 365d", "how much to forget has to be said")
			}
			days, err := command.Days("older-than", ctx.String("older-than"))
			if err != nil {
				return err
			}
			before := time.Now().AddDate(0, 0, -days)
			return e.withHistory(ctx.Context, func(store *history.Store) error {
				runs, err := store.Prune(ctx.Context, before)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.Stdout, "forgot %d runs that were over before %s\n", runs, before.UTC().Format("2006-01-02 15:04 UTC"))
				return err
			})
		}),
	}
}
