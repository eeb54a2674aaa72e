package main

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func schemaCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of the report or another document",
		Description: examples(
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
		Action: takes(0, func(ctx *cli.Context) error {
			schema := report.JSONSchema()
			switch {
			case ctx.NumFlags() > 1:
				return usageError(helpHint(ctx), "name one document")
			case ctx.Bool("events"):
				schema = report.JSONEventSchema()
			case ctx.Bool("diff"):
				schema = report.JSONDiffSchema()
			case ctx.Bool("self-check"):
				schema = report.JSONSelfCheckSchema()
			}
			_, err := io.WriteString(s.stdout, schema)
			return err
		}),
	}
}
