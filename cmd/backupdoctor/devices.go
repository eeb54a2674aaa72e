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
		Name:  "devices",
		Usage: "list the attached devices, and whether they trust this computer",
		Description: command.Examples(
			"backupdoctor devices              names, models, versions and UDIDs, without an examination",
			"backupdoctor devices --network    those on Wi-Fi, too",
		),
		Flags: slices.Concat(doorFlags(), labelFlags(), displayFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			x := scan.Examination{Table: e.releases()}
			if err := e.readDoor(ctx, &x); err != nil {
				return err
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			if x.Labels, err = e.labelsOf(ctx); err != nil {
				return err
			}
			listed, err := x.Greet(ctx.Context)
			if err != nil {
				return err
			}
			return format.Devices(e.Stdout, report.Trust(listed), options)
		}),
	}
}
