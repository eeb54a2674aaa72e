package scan

import (
	"context"
	"runtime"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Picked is an attached device to act on, with what it reveals to any computer.
type Picked struct {
	Attached usb.Attached
	Snapshot device.Snapshot
}

// Pick returns the attached devices with the given UDIDs, and all of them if none is given and
// all is true. Without either there must be exactly one: an act is never carried out on a device
// that was not meant. Its errors are those of a scan that found nothing.
func (e Examination) Pick(ctx context.Context, udids []string, all bool) ([]Picked, error) {
	found, err := e.Client.Discover(ctx, func(usb.Change) {})
	if ctx.Err() != nil {
		return nil, interrupted()
	}
	attached, _ := e.leftOut(found.Devices)
	wanted, missing := Choose(e.Labels.bySlot(attached), udids)
	switch {
	case len(missing) > 0 && err == nil:
		return nil, notHere(missing...)
	case len(wanted) == 0:
		gaps := found.Gaps()
		if err != nil {
			gaps = append(gaps, device.GapOf(err))
		}
		return nil, Ending(report.New(report.Run{Gaps: gaps}), runtime.GOOS)
	case len(wanted) > 1 && len(udids) == 0 && !all:
		return nil, command.Usage("name one with --udid, or use --all", "%s are attached", words.Count(len(wanted), "device"))
	}
	picked := make([]Picked, len(wanted))
	workers.Start(e.Pool).Each(len(wanted), func(i int) device.Reason {
		s := e.Client.Greet(ctx, wanted[i])
		e.Labels.label(&s)
		identify(&s, e.Table)
		picked[i] = Picked{wanted[i], s}
		return s.Live.Ended.Reason
	})
	if ctx.Err() != nil {
		return nil, interrupted()
	}
	return picked, nil
}
