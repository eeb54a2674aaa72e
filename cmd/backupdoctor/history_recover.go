package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func recoverCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "recover",
		Usage: "check the history, and recover what can be read of a damaged one",
		Description: "Reads every page and report. A damaged history is renamed and kept; its runs, devices and\n" +
			"reports that no hub has yet are copied into a new one, as far as they can be read. The exit\n" +
			"code is 1 if something could not be recovered, else 0.\n\n" +
			command.Examples("backupdoctor history recover"),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			return e.changingHistory(ctx.Context, func(store *ledger.Store) error {
				told := store.Recovery().Kept != "" // reported when it was opened
				recovery, err := store.Recover(ctx.Context)
				switch {
				case err != nil:
					return err
				case recovery.Kept == "":
					return e.sayUndamaged(ctx.Context, store)
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

// sayUndamaged says that a history is not damaged, or else that its full reports are: what they
// contain has no copy, so that there is nothing to recover.
func (e env) sayUndamaged(ctx context.Context, store *ledger.Store) error {
	unreadable, all, err := store.Unreadable(ctx)
	switch {
	case err != nil:
		return err
	case unreadable == 0:
		_, err = fmt.Fprintln(e.Stdout, "the history is not damaged")
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "%d of %s cannot be read, and cannot be recovered; of these, the history has only the summary\n", unreadable, words.Count(all, "full report"))
	return cmp.Or(err, error(command.Exit{Code: report.ExitProblems}))
}
