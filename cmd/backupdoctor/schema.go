package main

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func schemaCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of the report, or of events",
		Description: examples(
			"backupdoctor schema > report.schema.json    keep the contract of scan --json",
			"backupdoctor schema --events                that of a line of -o ndjson",
		),
		Flags: []cli.Flag{&cli.BoolFlag{Name: "events", Usage: "of a line of -o ndjson", DisableDefaultText: true}},
		Action: takes(0, func(ctx *cli.Context) error {
			schema := report.JSONSchema()
			if ctx.Bool("events") {
				schema = report.JSONEventSchema()
			}
			_, err := io.WriteString(s.stdout, schema)
			return err
		}),
	}
}
