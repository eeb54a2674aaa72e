package main

import (
	"runtime"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func devicesCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:        "devices",
		Usage:       "list the attached devices, and whether they trust this computer",
		Description: examples("backupdoctor devices    names, models, versions and UDIDs, without an examination"),
		Flags:       append(doorFlags(), displayFlags()...),
		Action: takes(0, func(ctx *cli.Context) error {
			door, err := s.doorOf(ctx)
			if err != nil {
				return err
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			table := s.releases()
			attached, err := door.Find(ctx.Context)
			if err != nil {
				return ending(report.New(report.Run{Gaps: []device.Gap{device.GapOf(err)}}), runtime.GOOS)
			}
			if len(attached) == 0 {
				return ending(report.New(report.Run{}), runtime.GOOS)
			}
			snapshots := make([]device.Snapshot, len(attached))
			each(attached, ctx.Int("jobs"), func(i int, a usb.Attached) {
				snapshots[i] = door.Greet(ctx.Context, a)
				identify(&snapshots[i], table)
			})
			return report.Devices(s.stdout, snapshots, options)
		}),
	}
}
