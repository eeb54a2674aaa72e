package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func schemaCommand(e env) *cli.Command {
	var kinds strings.Builder
	for _, k := range report.Kinds() {
		fmt.Fprintf(&kinds, "   %-16s %s\n", k.Kind, k.About)
	}
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON Schema of a document",
		ArgsUsage: "[KIND]",
		Description: "Every JSON document names its kind and schema number. Without KIND: report.\n\n" + kinds.String() + "\n" +
			command.Examples(
				"backupdoctor schema > report.schema.json",
				"backupdoctor schema event",
			),
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() > 1 {
				return command.Usage(command.HelpHint(ctx), "unexpected argument %q", ctx.Args().Get(1))
			}
			kind := report.KindReport
			if ctx.Args().Present() {
				kind = report.Kind(ctx.Args().First())
			}
			text := report.JSONSchema(kind)
			if text == "" {
				return command.Usage(command.HelpHint(ctx), "unknown kind %q", kind)
			}
			_, err := io.WriteString(e.Stdout, text)
			return err
		},
	}
}
