package main

import (
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func showCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "write the report of a past run, in any format",
		ArgsUsage: "RUN",
		Description: "RUN is the beginning of a run's id, or last for the newest run. The exit code is the\n" +
			"report's.\n\n" +
			command.Examples(
				"backupdoctor history show last               as it was shown then",
				"backupdoctor history show 019afc02 --steps   with the evidence, and every step",
				"backupdoctor history show last -o html=run.html",
			),
		Flags: renderFlags(),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			files := e.filesOf(ctx)
			outputs, err := e.outputsOf(ctx, files)
			if err != nil {
				return err
			}
			r, err := e.keptReport(ctx, ctx.Args().First())
			if err != nil {
				return err
			}
			return scan.Publish(ctx.Context, r, scan.Outputs(outputs, files))
		}),
	}
}

// keptReport returns the report of a run in the history.
func (e env) keptReport(ctx *cli.Context, which string) (r report.Report, err error) {
	err = e.withHistory(ctx.Context, func(store *ledger.Store) error {
		var damaged int
		if r, damaged, err = store.RunReport(ctx.Context, which); err != nil {
			return err
		}
		if damaged > 0 {
			fmt.Fprintf(e.Stderr, "backupdoctor: the reports of %s could not be read; of those there is only a summary\n", words.Count(damaged, "device"))
		}
		return nil
	})
	if errors.Is(err, ledger.ErrNoRun) {
		return r, command.Usage("backupdoctor history lists the runs", "no run begins with %q", which)
	}
	return r, err
}
