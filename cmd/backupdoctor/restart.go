package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/restart"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func restartCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "restart",
		Usage: "restart an attached device, and wait until it is back",
		Description: "Asks first, restarts the device, waits until it is attached again, and confirms the restart\n" +
			"by a new BootSessionID; a device that does not report one counts as restarted if it left and\n" +
			"came back. Afterwards the device must be unlocked once with its passcode.\n\n" +
			"A device is not restarted while it is seen to be restored, or while a program on any\n" +
			"computer syncs it or backs it up. An iCloud backup or an update that is being installed\n" +
			"cannot be seen: look at the device's screen first.\n\n" +
			"The exit code is 0 if every device was seen to restart, and 3 if one was not.\n\n" +
			command.Examples(
				"backupdoctor restart                      the only attached device",
				"backupdoctor restart --udid A3",
				"backupdoctor restart --udid A3 --yes      do not ask, for scripts",
				"backupdoctor restart --all --yes --json",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "restart the device with this `UDID`, name, serial or tag"},
			command.Option(deviceFlags, "all", "restart every attached device"),
			command.Option(deviceFlags, "yes", "do not ask"),
			&cli.DurationFlag{Name: "wait", Category: deviceFlags, Usage: "`TIME` to wait for a device to come back", Value: 5 * time.Minute},
		}, usbFlags(), labelFlags(), tableOrJSON.Flags(reportFlags)),
		Action: command.Takes(0, e.restart),
	}
}

// restart reads the flags of restartCommand.
func (e env) restart(ctx *cli.Context) error {
	if err := command.Conflict(ctx, [2]string{"udid", "all"}); err != nil {
		return err
	}
	if ctx.Duration("wait") <= 0 {
		return command.Usage("", "--wait must be positive")
	}
	x := scan.Examination{Table: e.releases()}
	if err := e.readClient(ctx, &x); err != nil {
		return err
	}
	var err error
	if x.Labels, err = e.labelsOf(ctx); err != nil {
		return err
	}
	printer, err := tableOrJSON.Printer(ctx, e.Stdout)
	if err != nil {
		return err
	}
	udids, err := x.Resolve(ctx.Context, command.List(ctx, "udid"))
	if err != nil {
		return err
	}
	picked, err := x.Pick(ctx.Context, udids, ctx.Bool("all"))
	if err != nil {
		return err
	}
	for _, p := range picked {
		fmt.Fprintf(e.screen, "%s: %s\n", nameAndModel(p.Snapshot.Device), restart.Unseen)
		if ctx.Bool("yes") {
			continue
		}
		if err := e.agree(fmt.Sprintf("restart %s?", nameAndModel(p.Snapshot.Device))); err != nil {
			return err
		}
	}
	list := e.restartAll(ctx.Context, x, picked, ctx.Duration("wait"))
	err = printer.Print(context.WithoutCancel(ctx.Context), map[string]func(io.Writer) error{
		"table": func(w io.Writer) error { return writeRestarts(w, list) },
		"json":  document(list),
	})
	if err != nil || list.Exit.Code == report.ExitNoProblem {
		return err
	}
	return command.Exit{Code: list.Exit.Code}
}

// restartAll restarts devices concurrently and returns a row for each.
func (e env) restartAll(ctx context.Context, x scan.Examination, picked []scan.Picked, wait time.Duration) report.RestartList {
	rows := make([]report.RestartedDevice, len(picked))
	waiting := terminal.NewCountdown(e.screen)
	var all sync.WaitGroup
	for i, p := range picked {
		all.Go(func() {
			name := nameAndModel(p.Snapshot.Device)
			r := restart.Restart{Client: x.Client, Attached: p.Attached, Locks: x.Locks, Wait: wait, Tell: func(step usb.RestartEvent) {
				switch step {
				case usb.RestartSent:
					fmt.Fprintf(e.screen, "%s: restarting\n", name)
					waiting.Wait(name, wait)
				case usb.RestartBack:
					fmt.Fprintf(e.screen, "%s: attached again\n", name)
				}
			}}
			seen, err := r.Run(ctx)
			waiting.Done(name)
			rows[i] = restartedRow(p.Snapshot.Device, seen, err)
		})
	}
	all.Wait()
	return report.NewRestartList(rows, ctx.Err() != nil)
}

// nameAndModel returns the name and model of a device for a question.
func nameAndModel(id device.Identity) string {
	name, err := id.Name.Get()
	if err != nil || name == "" {
		name = id.UDID
	}
	model, err := id.ModelName.Get()
	if err != nil {
		model, err = id.ProductType.Get()
	}
	if err != nil {
		return device.Quoted(report.Clean(name))
	}
	return device.Quoted(report.Clean(name)) + " (" + device.Token(report.Clean(model)) + ")"
}

// restartedRow describes what was seen of one device.
func restartedRow(id device.Identity, seen usb.Restarted, err error) report.RestartedDevice {
	row := report.NewRestartedDevice(id)
	row.Left, row.CameBack, row.Seconds = seen.Left, seen.Back, seen.Took.Seconds()
	row.NewBoot, row.MustUnlock = shown(seen.NewBoot), shown(seen.Locked)
	if err != nil {
		gap := device.GapOf(err)
		row.Reason, row.Detail, row.Summary = string(gap.Reason), gap.Detail, err.Error()
		return row
	}
	row.Summary = restart.Describe(seen)
	if next := restart.Next(seen); next != "" {
		row.Summary += "; " + next
	}
	switch {
	case seen.Confirmed():
		row.Restarted = string(checks.ShownTrue)
	case row.NewBoot == string(checks.ShownFalse):
		row.Restarted = string(checks.ShownFalse)
	}
	return row
}

// shown returns a fact as documents spell it: true, false or unknown.
func shown(fact device.Fact[bool]) string {
	switch yes, err := fact.Get(); {
	case err != nil:
		return string(checks.NotShown)
	case yes:
		return string(checks.ShownTrue)
	default:
		return string(checks.ShownFalse)
	}
}

// writeRestarts writes a line for each device.
func writeRestarts(w io.Writer, list report.RestartList) error {
	var failed error
	for _, d := range list.Devices {
		name := d.Name
		if name == "" {
			name = d.UDID
		}
		_, err := fmt.Fprintf(w, "%s: %s\n", device.Quoted(report.Clean(name)), report.Clean(d.Summary))
		failed = errors.Join(failed, err)
	}
	return failed
}
