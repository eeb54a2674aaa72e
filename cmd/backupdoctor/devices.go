package main

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func devicesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:        "devices",
		Usage:       "list the attached devices, and whether they trust this computer",
		Description: command.Examples("backupdoctor devices    names, models, versions and UDIDs, without an examination"),
		Flags:       slices.Concat(doorFlags(), labelFlags(), displayFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			x := scan.Examination{Pool: scan.NewPool(ctx.Int("jobs")), Table: e.releases()}
			var err error
			if x.Door, err = e.doorOf(ctx); err != nil {
				return err
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			if x.Labels, err = e.labelsOf(ctx); err != nil {
				return err
			}
			snapshots, err := x.Greet(ctx.Context)
			if err != nil {
				return err
			}
			return format.Devices(e.Stdout, report.Trust(snapshots), options)
		}),
	}
}
