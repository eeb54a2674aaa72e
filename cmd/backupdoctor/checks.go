package main

import (
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func checksCommand(e env) *cli.Command {
	return &cli.Command{
		Name:        "checks",
		Usage:       "list every check",
		Description: command.Examples("backupdoctor checks    what a scan looks for, and how each answer is found"),
		Flags:       slices.Concat(displayFlags(), tableOrJSON.Flags(reportFlags)),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return e.printTable(ctx, report.NewCheckList(checks.All()), func(w io.Writer) error {
				return format.Checks(w, checks.All(), options)
			})
		}),
	}
}
