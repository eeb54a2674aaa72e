package main

import (
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func explainCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "print all that is known of one check",
		ArgsUsage: "ID",
		Description: "Why the cause matters, how it is decided, what cannot be known, each remedy with its\n" +
			"steps, and the sources. Works offline.\n\n" +
			examples("backupdoctor explain backup-turned-off"),
		Flags:        displayFlags(),
		BashComplete: s.completer(displayFlags(), checkIDs()),
		Action: takes(1, func(ctx *cli.Context) error {
			check, err := checkNamed(ctx.Args().First())
			if err != nil {
				return err
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			return report.Explain(s.stdout, check, options)
		}),
	}
}
