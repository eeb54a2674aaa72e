package main

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func devicesCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:        "devices",
		Usage:       "list the attached devices, and whether they trust this computer",
		Description: examples("backupdoctor devices    names, models, versions and UDIDs, without an examination"),
		Flags:       slices.Concat(doorFlags(), labelFlags(), displayFlags()),
		Action: takes(0, func(ctx *cli.Context) error {
			door, err := s.doorOf(ctx)
			if err != nil {
				return err
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			labels, err := s.labellingOf(ctx)
			if err != nil {
				return err
			}
			snapshots, err := s.greet(ctx.Context, door, labels, ctx.Int("jobs"))
			if err != nil {
				return err
			}
			return format.Devices(s.stdout, snapshots, options)
		}),
	}
}

// greet finds the attached devices and reads of each what it tells everybody. Its errors
// are those with which a scan of nothing ends.
func (s surroundings) greet(ctx context.Context, door usb.Door, labels labelling, jobs int) ([]device.Snapshot, error) {
	attached, err := door.Find(ctx)
	attached = labels.bySlot(attached)
	if err != nil {
		return nil, ending(report.New(report.Run{Gaps: []device.Gap{device.GapOf(err)}}), runtime.GOOS)
	}
	if len(attached) == 0 {
		return nil, ending(report.New(report.Run{}), runtime.GOOS)
	}
	table := s.releases()
	snapshots := make([]device.Snapshot, len(attached))
	poolOf(jobs).each(len(attached), func(i int) {
		snapshots[i] = door.Greet(ctx, attached[i])
		labels.label(&snapshots[i])
		identify(&snapshots[i], table)
	})
	if ctx.Err() != nil {
		return nil, exit{code: report.ExitInterrupted, err: errors.New("interrupted")}
	}
	return snapshots, nil
}
