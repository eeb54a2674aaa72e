package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func scanFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "from", Category: deviceFlags, Usage: "judge recordings in `FILE` or a folder, not devices; - is stdin"},
		command.Option(deviceFlags, "no-usb", "use only backups and archives on this computer"),
		&cli.StringFlag{Name: "resume", Category: deviceFlags, Usage: "resume an interrupted `RUN`: its ID, a unique prefix of it, or last"},
		command.Option(deviceFlags, "listen", "follow Back Up Now on devices without a known reason"),
	}, learnFlags(), historyFlags(), usbFlags(), labelFlags(), mdmFlags(), moreFlags(), archiveFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags(), baselineFlags())
}

// learnFlags select the attached devices to examine, and how thoroughly.
func learnFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "examine only the device with this `UDID`, name, serial or tag"},
		command.Option(deviceFlags, "pair", "ask untrusted devices to show the Trust dialog, and wait"),
		command.Option(deviceFlags, "no-input", "never wait for a person; rejects --pair, --ask and --listen"),
		&cli.DurationFlag{Name: "deadline", Category: deviceFlags, Usage: "`TIME` for all devices together; 0 is no limit", Value: 10 * time.Minute},
		command.Option(deviceFlags, "sizes", "also measure the apps; takes some seconds per device"),
	}
}

// usbFlags say how to reach devices.
func usbFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "usbmux", Category: deviceFlags, Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
		&cli.DurationFlag{Name: "timeout", Category: deviceFlags, Usage: "`TIME` for one device, including retries", DefaultText: "20s, on Wi-Fi 60s"},
		&cli.IntFlag{Name: "jobs", Category: deviceFlags, Usage: "examine `NUMBER` devices at a time", DefaultText: "10, more while all answer well"},
		command.Option(deviceFlags, "network", "examine devices on Wi-Fi too"),
	}
}

// checkFlags select the checks to run.
func checkFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "only", Category: checksFlags, Usage: "run only the checks with these `IDS`, separated by commas"},
		&cli.StringSliceFlag{Name: "skip", Category: checksFlags, Usage: "leave out the checks with these `IDS`"},
		&cli.StringFlag{Name: "max-age", Category: checksFlags, Usage: "accept a last backup as old as `AGE`: 4d, 1w", DefaultText: "2d"},
		&cli.StringFlag{Name: "fail-on", Category: checksFlags, Usage: "exit with 0 below `LEVEL`: unproved, warning or problem", DefaultText: string(report.Unproved)},
	}, ignoreFlags()...)
}

// muxAddress returns the address of usbmuxd, or "" for the default.
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

// clientOf reads usbFlags.
func (e env) clientOf(ctx *cli.Context) (usb.Client, error) {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return usb.Client{}, err
	}
	if ctx.IsSet("timeout") && ctx.Duration("timeout") <= 0 {
		return usb.Client{}, command.Usage("", "--timeout must be positive")
	}
	if ctx.IsSet("jobs") && ctx.Int("jobs") < 1 {
		return usb.Client{}, command.Usage("", "--jobs must be at least 1")
	}
	return usb.Client{Address: address, Timeout: ctx.Duration("timeout")}, nil
}

// readClient reads usbFlags into the fields of x that say how to reach devices.
func (e env) readClient(ctx *cli.Context, x *scan.Examination) (err error) {
	if x.Client, err = e.clientOf(ctx); err != nil {
		return err
	}
	x.Command, x.Network = ctx.Command.Name, ctx.Bool("network")
	x.Locks = e.locks()
	x.Pool = scan.NewPool(ctx.Int("jobs"), func() bool { return e.backupRuns(x.Places, x.Locks) })
	return nil
}

// locks returns the folder of the locks of commands that act on devices, or "" if this user's data
// folder is unknown.
func (e env) locks() actlock.Folder {
	folder, err := e.DataDir()
	if err != nil {
		return ""
	}
	return actlock.Folder(filepath.Join(folder, "backupdoctor", "locks"))
}

// backupRuns reports whether a device backup seems to run on this computer: by this program,
// which holds a lock; by another, if its process is visible; or into one of the backup folders.
func (e env) backupRuns(places []backup.Place, locks actlock.Folder) bool {
	if locks != "" && slices.ContainsFunc(locks.Holders(), func(h actlock.Holder) bool { return strings.HasPrefix(h.Command, "backup") }) {
		return true
	}
	var folders []string
	for _, place := range places {
		folders = append(folders, place.Path)
	}
	runs := e.BackupRuns
	if runs == nil {
		runs = host.BackupRuns
	}
	return runs(folders, time.Now())
}

// learnConflicts are scan flags that cannot be used together.
var learnConflicts = [][2]string{
	{"no-input", "pair"},
	{"no-input", "listen"},
	{"from", "listen"},
	{"no-usb", "listen"},
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
	{"from", "network"},
	{"from", "backups"},
	{"from", "sysdiagnose"},
	{"no-usb", "pair"},
	{"no-usb", "sizes"},
	{"no-usb", "usbmux"},
	{"no-usb", "network"},
}

// examinationOf reads usbFlags, labelFlags, placeFlags and passwordFlags, --pair and --sizes.
// The time limit of a device also applies to a backup.
func (e env) examinationOf(ctx *cli.Context, table releases.Table) (x scan.Examination, err error) {
	x = scan.Examination{Pair: ctx.Bool("pair"), Table: table, Screen: e.screen}
	if err = e.readClient(ctx, &x); err != nil {
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
	x.Inspection = scan.Inspection{Depth: device.QuickLook, Evidence: true, Limit: x.Client.Limit(), Screen: e.screen}
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
		return a, command.Usage("0 is no limit", "--deadline must not be negative")
	}
	if a.Examination, err = e.examinationOf(ctx, table); err != nil || ctx.Bool("no-usb") {
		return a, err
	}
	a.UDIDs, err = a.Resolve(ctx.Context, a.UDIDs)
	return a, err
}

const levelHint = "use unproved, warning or problem"

// policyOf reads --max-age and --fail-on.
func policyOf(ctx *cli.Context, judge *scan.Judge) error {
	if age := ctx.String("max-age"); age != "" {
		days, err := command.Days("max-age", age)
		if err != nil {
			return err
		}
		judge.MaxAge = time.Duration(days) * 24 * time.Hour
	}
	if level := report.FailOn(ctx.String("fail-on")); level != "" {
		if !slices.Contains(report.Levels(), level) {
			return command.Usage(levelHint, "unknown level %q for --fail-on", string(level))
		}
		judge.FailOn = level
	}
	return nil
}

// checksOf returns the checks that --only and --skip leave, in the usual order.
func checksOf(ctx *cli.Context) ([]*checks.Check, error) {
	only, skip := command.List(ctx, "only"), command.List(ctx, "skip")
	for _, ids := range [][]string{only, skip} {
		for i, id := range ids {
			check, err := command.Check(id)
			if err != nil {
				return nil, err
			}
			ids[i] = check.ID
		}
	}
	left := slices.DeleteFunc(slices.Clone(checks.All()), func(c *checks.Check) bool {
		return len(only) > 0 && !slices.Contains(only, c.ID) || slices.Contains(skip, c.ID)
	})
	if len(left) == 0 {
		return nil, command.Usage("", "--only and --skip leave no checks to run")
	}
	return left, nil
}
