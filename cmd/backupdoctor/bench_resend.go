package main

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// resendCommand returns the command that resends reports that a hub has acknowledged.
func resendCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "resend",
		Usage: "send reports to the hub again, even if it received them",
		Description: "A hub that lost its database is filled again without this command, which is for a hub from\n" +
			"which single reports were deleted. A running bench sends them at once; otherwise the next\n" +
			"bench that runs does. Reports that the hub still has are not counted twice.\n\n" +
			command.Examples("backupdoctor bench resend --since 7d"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "since", Usage: "send those of the last `DAYS`: 7d"},
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if ctx.String("since") == "" {
				return command.Usage("use --since 7d", "say how much to send again")
			}
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			return e.changingHistory(ctx.Context, func(store *ledger.Store) error {
				reports, err := store.Resend(ctx.Context, time.Now().AddDate(0, 0, -days))
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(e.Stdout, words.Count(int(reports), "report"), "to be sent again")
				return err
			})
		}),
	}
}
