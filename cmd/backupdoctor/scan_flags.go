package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func scanFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "from", Category: deviceFlags, Usage: "judge the recording in `FILE`, or all in a folder, not devices; - is stdin"},
		option(deviceFlags, "no-usb", "examine devices by backups and archives on this computer alone"),
		&cli.StringFlag{Name: "resume", Category: deviceFlags, Usage: "go on with the `RUN` that was cut off: its id, the begin of it, or last"},
	}, learnFlags(), historyFlags(), doorFlags(), labelFlags(), witnessFlags(), archiveFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// learnFlags say which attached devices are examined, and how far.
func learnFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "examine only the device with this `UDID`; may be repeated"},
		option(deviceFlags, "pair", "ask untrusted devices to show the Trust dialog, and wait"),
		option(deviceFlags, "no-input", "refuse what waits for a person, which is --pair and --ask"),
		&cli.DurationFlag{Name: "deadline", Category: deviceFlags, Usage: "`TIME` that all devices together may take; 0 is no limit", Value: 10 * time.Minute},
		option(deviceFlags, "sizes", "measure the apps too: some seconds for each device"),
	}
}

// The headings that flags stand under in a help text.
const (
	deviceFlags = "Devices"
	checksFlags = "Checks"
	reportFlags = "Report"
)

// option is a flag that is there or not.
func option(category, name, usage string) cli.Flag {
	return &cli.BoolFlag{Name: name, Category: category, Usage: usage, DisableDefaultText: true}
}

// doorFlags say how to reach devices.
func doorFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "usbmux", Category: deviceFlags, Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
		&cli.DurationFlag{Name: "timeout", Category: deviceFlags, Usage: "`TIME` that one device may take", Value: 20 * time.Second},
		&cli.IntFlag{Name: "jobs", Category: deviceFlags, Usage: "`NUMBER` of devices examined at a time", Value: usualJobs},
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
func (s surroundings) muxAddress(ctx *cli.Context) (string, error) {
	address := cmp.Or(ctx.String("usbmux"), s.getenv("USBMUXD_SOCKET_ADDRESS"))
	if address == "" {
		return "", nil
	}
	if _, _, err := usb.ParseAddress(address); err != nil {
		return "", usageError("", "%w", err)
	}
	return address, nil
}

// doorOf reads doorFlags.
func (s surroundings) doorOf(ctx *cli.Context) (usb.Door, error) {
	address, err := s.muxAddress(ctx)
	if err != nil {
		return usb.Door{}, err
	}
	if ctx.Duration("timeout") <= 0 {
		return usb.Door{}, usageError("", "--timeout must be longer than nothing")
	}
	if ctx.Int("jobs") < 1 {
		return usb.Door{}, usageError("", "--jobs must be at least 1")
	}
	return usb.Door{Address: address, Timeout: ctx.Duration("timeout")}, nil
}

// scanOf reads scanFlags.
func (s surroundings) scanOf(ctx *cli.Context) (scan, error) {
	door, err := s.doorOf(ctx)
	if err != nil {
		return scan{}, err
	}
	if err := contradiction(ctx); err != nil {
		return scan{}, err
	}
	sc, err := s.judgingOf(ctx)
	if err != nil {
		return scan{}, err
	}
	sc.door = door
	if sc.labelling, err = s.labellingOf(ctx); err != nil {
		return scan{}, err
	}
	sc.pool = poolOf(ctx.Int("jobs"))
	sc.limit = ctx.Duration("deadline")
	if sc.limit < 0 {
		return scan{}, usageError("0 is for as long as it takes", "--deadline must not be negative")
	}
	sc.udids = list(ctx, "udid")
	sc.pair = ctx.Bool("pair")
	sc.from = ctx.String("from")
	if ctx.Bool("sizes") {
		sc.wants |= usb.Sizes
	}
	sc.noUSB = ctx.Bool("no-usb")
	sc.historic = ctx.Command.Name == "scan" && !ctx.Bool("no-history")
	if which := ctx.String("resume"); which != "" {
		if sc, err = s.resumed(ctx.Context, sc, which); err != nil {
			return scan{}, err
		}
	}
	sc.archives = ctx.StringSlice("sysdiagnose")
	if sc.others, err = s.witnessesOf(ctx); err != nil {
		return scan{}, err
	}
	if sc.from != "" {
		return sc, nil
	}
	return s.withBackups(ctx, sc)
}

// withBackups reads placeFlags and passwordFlags. Where devices are attached, a backup may
// take no longer than one of them; where backups are all there is, as long as it needs.
func (s surroundings) withBackups(ctx *cli.Context, sc scan) (scan, error) {
	var err error
	if sc.places, err = s.placesOf(ctx); err != nil {
		return scan{}, err
	}
	passwords, err := s.passwordsOf(ctx)
	if err != nil {
		return scan{}, err
	}
	sc.look = look{depth: device.QuickLook, passwords: passwords, evidence: true, limit: sc.door.Timeout, line: s.statusLine()}
	if sc.noUSB {
		sc.look.limit = 0
		if !ctx.IsSet("deadline") {
			sc.limit = 0
		}
	}
	return sc, nil
}

// contradiction finds flags that make no sense together.
func contradiction(ctx *cli.Context) error {
	for _, pair := range [][2]string{
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
	} {
		if ctx.IsSet(pair[0]) && ctx.IsSet(pair[1]) {
			return usageError(helpHint(ctx), "--%s and --%s contradict each other", pair[0], pair[1])
		}
	}
	return nil
}

// judgingOf reads checkFlags and outputFlags.
func (s surroundings) judgingOf(ctx *cli.Context) (scan, error) {
	sc := scan{
		surroundings: s,
		table:        s.releases(),
		redact:       ctx.Bool("redact"),
		quiet:        ctx.Bool("quiet"),
		record:       ctx.String("record"),
		files:        destination{overwrite: ctx.Bool("force")},
	}
	var err error
	if sc.list, err = checksOf(ctx); err != nil {
		return scan{}, err
	}
	if sc.ignored, err = s.ignoredOf(ctx); err != nil {
		return scan{}, err
	}
	if sc.outputs, err = s.outputsOf(ctx, sc.files); err != nil {
		return scan{}, err
	}
	if sc.record != "" {
		if goesTo(sc.outputs, sc.record) {
			return scan{}, usageError("give --record a file of its own", "two outputs go to %s", sc.record)
		}
		if err := sc.files.check(sc.record); err != nil {
			return scan{}, err
		}
	}
	return sc, nil
}

// checksOf is the list of checks that --only and --skip leave, in its usual order.
func checksOf(ctx *cli.Context) ([]*checks.Check, error) {
	only, skip := list(ctx, "only"), list(ctx, "skip")
	for _, id := range slices.Concat(only, skip) {
		if _, err := checkNamed(id); err != nil {
			return nil, err
		}
	}
	left := slices.DeleteFunc(slices.Clone(checks.All()), func(c *checks.Check) bool {
		return len(only) > 0 && !slices.Contains(only, c.ID) || slices.Contains(skip, c.ID)
	})
	if len(left) == 0 {
		return nil, usageError("", "--only and --skip leave no check")
	}
	return left, nil
}

// list reads a flag that may be repeated, and whose values may be lists with commas.
func list(ctx *cli.Context, flag string) []string {
	var all []string
	for _, value := range ctx.StringSlice(flag) {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}
