package main

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func schemaCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:        "schema",
		Usage:       "print the JSON Schema of the report",
		Description: examples("backupdoctor schema > report.schema.json    keep the contract of scan --json"),
		Action: takes(0, func(*cli.Context) error {
			_, err := io.WriteString(s.stdout, report.JSONSchema())
			return err
		}),
	}
}
