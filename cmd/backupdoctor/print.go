package main

import (
	"io"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// tableOrJSON are the formats of commands that print one document.
var tableOrJSON = output.Formats{"table", "json"}

// printTable writes a document as JSON or as a table, as the flags of tableOrJSON say.
func (e env) printTable(ctx *cli.Context, value any, table func(io.Writer) error) error {
	printer, err := tableOrJSON.Printer(ctx, e.Stdout)
	if err != nil {
		return err
	}
	return printer.Print(ctx.Context, map[string]func(io.Writer) error{"table": table, "json": document(value)})
}

// document returns a function that writes a value as JSON.
func document(value any) func(io.Writer) error {
	return func(w io.Writer) error { return format.WriteDocument(w, value) }
}
