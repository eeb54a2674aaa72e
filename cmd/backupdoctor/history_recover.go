package main

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func recoverCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "recover",
		Usage: "check the history, and recover what can be read of a damaged one",
		Description: "Reads every page. A damaged history is renamed and kept; its runs, devices and reports that\n" +
			"no hub has yet are copied into a new one, as far as they can be read. The exit code is 1 if\n" +
			"something could not be recovered, else 0.\n\n" +
			command.Examples("backupdoctor history recover"),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			return e.changingHistory(ctx.Context, func(store *ledger.Store) error {
				told := store.Recovery().Kept != "" // reported when it was opened
				recovery, err := store.Recover(ctx.Context)
				switch {
				case err != nil:
					return err
				case recovery.Kept == "":
					_, err = fmt.Fprintln(e.Stdout, "the history is not damaged")
				case !told:
					_, err = fmt.Fprintln(e.Stdout, recovery)
				}
				if err == nil && recovery.Kept != "" && !recovery.Complete() {
					return command.Exit{Code: report.ExitProblems}
				}
				return err
			})
		}),
	}
}
