package main

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func explainCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "print all that is known of one check, an error code or a message",
		ArgsUsage: "ID|CODE|TEXT",
		Description: "Of a check: why the cause matters, how it is decided, what cannot be known, each remedy\n" +
			"with its steps, and the sources. Of a code, or of a text with codes or a known message in\n" +
			"it: what it means, the causes to look into, and what to do. Works offline.\n\n" +
			examples(
				"backupdoctor explain backup-turned-off",
				"backupdoctor explain 303",
				"backupdoctor explain MBErrorDomain/208",
				`backupdoctor explain "The last backup could not be completed."`,
			),
		Flags:        displayFlags(),
		BashComplete: s.completer(displayFlags(), checkIDs()),
		Action: func(ctx *cli.Context) error {
			if !ctx.Args().Present() {
				return usageError(helpHint(ctx), "explain needs %s", ctx.Command.ArgsUsage)
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			text := strings.Join(ctx.Args().Slice(), " ") // a message may come without quotes
			check, err := checkNamed(text)
			if err == nil {
				return format.Explain(s.stdout, check, options)
			}
			if meanings := codes.LookUp(text); len(meanings) > 0 {
				return format.ExplainMeanings(s.stdout, meanings, options)
			}
			if strings.ContainsAny(text, " 0123456789") {
				return usageError("checks/README.md lists them all", "no code or message in %q is known", text)
			}
			return err
		},
	}
}
