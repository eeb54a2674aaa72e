package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func scanFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "from", Category: deviceFlags, Usage: "judge the recording in `FILE`, or all in a folder, not devices; - is stdin"},
		command.Option(deviceFlags, "no-usb", "examine devices by backups and archives on this computer alone"),
		&cli.StringFlag{Name: "resume", Category: deviceFlags, Usage: "go on with the `RUN` that was cut off: its id, the begin of it, or last"},
	}, learnFlags(), historyFlags(), doorFlags(), labelFlags(), moreFlags(), archiveFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// learnFlags say which attached devices are examined, and how far.
func learnFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "examine only the device with this `UDID`; may be repeated"},
		command.Option(deviceFlags, "pair", "ask untrusted devices to show the Trust dialog, and wait"),
		command.Option(deviceFlags, "no-input", "refuse what waits for a person, which is --pair and --ask"),
		&cli.DurationFlag{Name: "deadline", Category: deviceFlags, Usage: "`TIME` that all devices together may take; 0 is no limit", Value: 10 * time.Minute},
		command.Option(deviceFlags, "sizes", "measure the apps too: some seconds for each device"),
	}
}

// doorFlags say how to reach devices.
func doorFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "usbmux", Category: deviceFlags, Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
		&cli.DurationFlag{Name: "timeout", Category: deviceFlags, Usage: "`TIME` that one device may take", Value: 20 * time.Second},
		&cli.IntFlag{Name: "jobs", Category: deviceFlags, Usage: "`NUMBER` of devices examined at a time", Value: scan.UsualJobs},
	}
}

// checkFlags say what to ask.
func checkFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "only", Category: checksFlags, Usage: "ask only the checks with these `IDS`, separated by commas"},
		&cli.StringSliceFlag{Name: "skip", Category: checksFlags, Usage: "leave out the checks with these `IDS`"},
	}, ignoreFlags()...)
}

// muxAddress is where usbmuxd is to be found, "" for the usual place.
func (e env) muxAddress(ctx *cli.Context) (string, error) {
	address := cmp.Or(ctx.String("usbmux"), e.Getenv("USBMUXD_SOCKET_ADDRESS"))
	if address == "" {
		return "", nil
	}
	if _, _, err := usb.ParseAddress(address); err != nil {
		return "", command.Usage("", "%w", err)
	}
	return address, nil
}

// doorOf reads doorFlags.
func (e env) doorOf(ctx *cli.Context) (usb.Door, error) {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return usb.Door{}, err
	}
	if ctx.Duration("timeout") <= 0 {
		return usb.Door{}, command.Usage("", "--timeout must be longer than nothing")
	}
	if ctx.Int("jobs") < 1 {
		return usb.Door{}, command.Usage("", "--jobs must be at least 1")
	}
	return usb.Door{Address: address, Timeout: ctx.Duration("timeout")}, nil
}

// learnConflicts are flags of a scan that cannot be used together.
var learnConflicts = [][2]string{
	{"no-input", "pair"},
	{"from", "pair"},
	{"from", "resume"},
	{"no-usb", "resume"},
	{"redact", "resume"},
	{"no-history", "resume"},
	{"from", "sizes"},
	{"from", "udid"},
	{"from", "usbmux"},
	{"from", "no-usb"},
	{"from", "net"},
	{"from", "backups"},
	{"from", "sysdiagnose"},
	{"no-usb", "pair"},
	{"no-usb", "sizes"},
	{"no-usb", "usbmux"},
}

// examinationOf reads doorFlags, labelFlags, placeFlags and passwordFlags, --pair and --sizes. A
// backup may take no longer than a device.
func (e env) examinationOf(ctx *cli.Context, table releases.Table) (x scan.Examination, err error) {
	x = scan.Examination{Pool: scan.NewPool(ctx.Int("jobs")), Pair: ctx.Bool("pair"), Table: table, Screen: e.screen}
	if x.Door, err = e.doorOf(ctx); err != nil {
		return x, err
	}
	if ctx.Bool("sizes") {
		x.Wants |= usb.Sizes
	}
	if x.Labels, err = e.labelsOf(ctx); err != nil {
		return x, err
	}
	if x.Places, err = e.placesOf(ctx); err != nil {
		return x, err
	}
	x.Inspection = scan.Inspection{Depth: device.QuickLook, Evidence: true, Limit: x.Door.Timeout, Screen: e.screen}
	x.Inspection.Passwords, err = e.passwordsOf(ctx)
	return x, err
}

// attachedOf reads learnFlags.
func (e env) attachedOf(ctx *cli.Context, table releases.Table) (a scan.Attached, err error) {
	if err := command.Conflict(ctx, learnConflicts...); err != nil {
		return a, err
	}
	a.UDIDs, a.Limit = command.List(ctx, "udid"), ctx.Duration("deadline")
	if a.Limit < 0 {
		return a, command.Usage("0 is for as long as it takes", "--deadline must not be negative")
	}
	a.Examination, err = e.examinationOf(ctx, table)
	return a, err
}

// checksOf is the list of checks that --only and --skip leave, in its usual order.
func checksOf(ctx *cli.Context) ([]*checks.Check, error) {
	only, skip := command.List(ctx, "only"), command.List(ctx, "skip")
	for _, id := range slices.Concat(only, skip) {
		if _, err := command.Check(id); err != nil {
			return nil, err
		}
	}
	left := slices.DeleteFunc(slices.Clone(checks.All()), func(c *checks.Check) bool {
		return len(only) > 0 && !slices.Contains(only, c.ID) || slices.Contains(skip, c.ID)
	})
	if len(left) == 0 {
		return nil, command.Usage("", "--only and --skip leave no check")
	}
	return left, nil
}
