package main

import (
	"io"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func schemaCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of the report, of events or of a diff",
		Description: command.Examples(
			"backupdoctor schema > report.schema.json    keep the contract of scan --json",
			"backupdoctor schema --events                that of a line of -o ndjson",
			"backupdoctor schema --diff                  that of report diff --json",
			"backupdoctor schema --self-check            that of self-check --json",
		),
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "events", Usage: "of a line of -o ndjson", DisableDefaultText: true},
			&cli.BoolFlag{Name: "diff", Usage: "of report diff --json", DisableDefaultText: true},
			&cli.BoolFlag{Name: "self-check", Usage: "of self-check --json", DisableDefaultText: true},
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			schema := report.JSONSchema()
			switch {
			case ctx.NumFlags() > 1:
				return command.Usage(command.HelpHint(ctx), "name one document")
			case ctx.Bool("self-check"):
				schema = report.JSONSelfCheckSchema()
			case ctx.Bool("events"):
				schema = report.JSONEventSchema()
			case ctx.Bool("diff"):
				schema = report.JSONDiffSchema()
			}
			_, err := io.WriteString(e.Stdout, schema)
			return err
		}),
	}
}
