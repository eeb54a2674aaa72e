package main

import (
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func explainCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "print all that is known of one check, an error code or a message",
		ArgsUsage: "ID|LABEL|CODE|TEXT",
		Description: "For a check: why the cause matters, how it is decided, what cannot be known, each remedy\n" +
			"with its steps, and the sources. For a code, or a text that contains codes or a known\n" +
			"message: what it means, which causes to check, and what to do. Works offline.\n\n" +
			command.Examples(
				"backupdoctor explain backup-turned-off",
				"backupdoctor explain iCloud Backup off          the label in a report",
				"backupdoctor explain 303",
				"backupdoctor explain MBErrorDomain/208",
				`backupdoctor explain "The last backup could not be completed."`,
			),
		Flags:        explainFlags(),
		BashComplete: command.Complete(e.Env, flagValues, explainFlags(), command.CheckIDs()),
		Action: func(ctx *cli.Context) error {
			if !ctx.Args().Present() {
				return command.Usage(command.HelpHint(ctx), "explain needs %s", ctx.Command.ArgsUsage)
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			text := strings.Join(ctx.Args().Slice(), " ") // a message may be unquoted
			check, err := command.Check(text)
			if err == nil {
				return e.printTable(ctx, report.ExplainCheck(check), func(w io.Writer) error { return format.Explain(w, check, options) })
			}
			if meanings := codes.LookUp(text); len(meanings) > 0 {
				return e.printTable(ctx, report.ExplainMeanings(meanings), func(w io.Writer) error { return format.ExplainMeanings(w, meanings, options) })
			}
			if codes.OtherLanguage(text) {
				return command.Usage("type what it means in English", "no known message in %.200q: its language, or the wording of this message in it, is not in the table", text)
			}
			if strings.ContainsAny(text, " 0123456789") {
				return command.Usage("backupdoctor checks lists the causes that it can explain", "no code or message in %.200q is known", text)
			}
			return err
		},
	}
}

func explainFlags() []cli.Flag { return slices.Concat(displayFlags(), tableOrJSON.Flags(reportFlags)) }
