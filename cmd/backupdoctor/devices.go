package main

import (
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func devicesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "devices",
		Usage: "list the attached devices, and whether they trust this computer",
		Description: command.Examples(
			"backupdoctor devices              names, models, versions and UDIDs, without an examination",
			"backupdoctor devices --network    those on Wi-Fi, too",
			"backupdoctor devices --json",
		),
		Flags: slices.Concat(usbFlags(), labelFlags(), displayFlags(), tableOrJSON.Flags(reportFlags)),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			x := scan.Examination{Table: e.releases()}
			if err := e.readClient(ctx, &x); err != nil {
				return err
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			if x.Labels, err = e.labelsOf(ctx); err != nil {
				return err
			}
			printer, err := tableOrJSON.Printer(ctx, e.Stdout)
			if err != nil {
				return err
			}
			listed, err := x.Greet(ctx.Context)
			if err != nil {
				return err
			}
			trust := report.Trust(listed)
			return printer.Print(ctx.Context, map[string]func(io.Writer) error{
				"table": func(w io.Writer) error { return format.Devices(w, trust, options) },
				"json":  document(report.ListOf(trust)),
			})
		}),
	}
}
