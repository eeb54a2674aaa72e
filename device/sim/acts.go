package sim

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An act is something that a person can do.
type act struct {
	least, most int      // number of arguments; most is -1 for any
	first       []string // what the first argument may be; nil for anything
	do          func(context.Context, *player, []string) error
}

var onOff = []string{"on", "off"}

// acts lists what a person can do, by name; see Person.
var acts = map[string]act{
	"wait":           {1, 1, nil, func(ctx context.Context, p *player, args []string) error { return p.pause(ctx, args) }},
	"await":          {1, 9, []string{"request", "boot", "word"}, func(ctx context.Context, p *player, args []string) error { return p.await(ctx, args) }},
	"switch":         {1, 1, onOff, withDevice(switchBackup)},
	"back-up":        {0, 9, nil, withDevice(backUpNow)},
	"free":           {1, 1, nil, withDevice(freeSpace)},
	"wifi":           {1, 1, onOff, withDevice(func(d *plugged, args []string) { d.alter(func(d *Device) { d.setWiFi(args[0] == "on") }) })},
	"account":        {1, 1, onOff, withDevice(func(d *plugged, args []string) { d.alter(func(d *Device) { d.setAccount(args[0] == "on") }) })},
	"trust":          {0, 0, nil, withDevice(giveTrust)},
	"dont-trust":     {0, 0, nil, withDevice(func(d *plugged, _ []string) { d.answerDialog("dont-trust") })},
	"clock":          {1, 1, nil, withDevice(setClock)},
	"unlock":         {0, 0, nil, withDevice(func(d *plugged, _ []string) { d.lock(false) })},
	"lock":           {0, 0, nil, withDevice(func(d *plugged, _ []string) { d.lock(true) })},
	"update":         {2, 2, nil, restartByHand},
	"restart":        {0, 0, nil, restartByHand},
	"remove-profile": {0, 1, nil, withDevice(removeProfiles)},
	"unplug":         {0, 0, nil, unplugCable},
	"plug":           {0, 0, nil, plugCable},
	"set":            {3, 3, nil, withDevice(setValue)},
}

// withDevice returns an act that waits for the device, then calls do.
func withDevice(do func(*plugged, []string)) func(context.Context, *player, []string) error {
	return func(ctx context.Context, p *player, args []string) error {
		d, err := p.device(ctx)
		if err == nil {
			do(d, args)
		}
		return err
	}
}

func switchBackup(p *plugged, args []string) {
	p.alter(func(d *Device) { d.Set(backupDomain, "CloudBackupEnabled", args[0] == "on") })
	p.post(domainChanged)
}

// backUpNow sends what follows a tap on Back Up Now to every client that follows the log.
func backUpNow(p *plugged, args []string) {
	steps := CompletedBackup()
	switch {
	case len(args) == 0:
	case args[0] == "wifi-lost":
		steps = CancelledBackup()
		p.alter(func(d *Device) { d.setWiFi(false) })
	default:
		chain := slices.Clone(args)
		if _, err := strconv.Atoi(chain[0]); err == nil {
			chain[0] = "MBErrorDomain(" + chain[0] + ")"
		}
		steps = FailedBackup(chain...)
	}
	for _, s := range steps {
		p.tell(s)
	}
}

func freeSpace(p *plugged, args []string) {
	more, err := strconv.ParseUint(args[0], 10, 63)
	if err != nil {
		return // the step was checked
	}
	p.alter(func(d *Device) {
		for _, key := range []string{"AmountDataAvailable", "AmountRestoreAvailable", "TotalDataAvailable"} {
			if free, ok := d.values["com.apple.disk_usage"][key].(uint64); ok {
				d.Set("com.apple.disk_usage", key, free+more)
			}
		}
	})
}

// giveTrust answers the Trust dialog, whether a program or usbmuxd asked for it.
func giveTrust(p *plugged, _ []string) {
	p.answerDialog("trust")
	if has(p.Faults, PairedByMux) {
		p.pairWithMux()
	}
}

func setClock(p *plugged, args []string) {
	ahead, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return // the step was checked
	}
	p.alter(func(d *Device) { d.ClockSkew = seconds(ahead) })
}

// removeProfiles removes the profile with the identifier in args, or all.
func removeProfiles(p *plugged, args []string) {
	p.alter(func(d *Device) {
		const list = "GetProfileList"
		reply := maps.Clone(d.management[list])
		if reply == nil {
			return
		}
		goes := func(id string) bool { return len(args) == 0 || id == args[0] }
		ids, _ := reply["OrderedIdentifiers"].([]any)
		reply["OrderedIdentifiers"] = slices.DeleteFunc(slices.Clone(ids), func(id any) bool { text, _ := id.(string); return goes(text) })
		for _, key := range []string{"ProfileManifest", "ProfileMetadata"} {
			if profiles, ok := reply[key].(dict); ok {
				profiles = maps.Clone(profiles)
				maps.DeleteFunc(profiles, func(id string, _ any) bool { return goes(id) })
				reply[key] = profiles
			}
		}
		d.management = maps.Clone(d.management)
		d.management[list] = reply
	})
}

// restartByHand restarts the device, and installs the update in args if there is one.
func restartByHand(ctx context.Context, p *player, args []string) error {
	d, err := p.device(ctx)
	if err != nil {
		return err
	}
	p.tray.reboot(ctx, d, func(d *Device) {
		if len(args) == 2 {
			d.Set("", "ProductVersion", args[0])
			d.Set("", "BuildVersion", args[1])
		}
	})
	return ctx.Err()
}

func unplugCable(ctx context.Context, p *player, _ []string) error {
	if p.away != nil {
		return errUnplugged
	}
	d, err := p.device(ctx)
	if err != nil {
		return err
	}
	p.away = d
	p.tray.Detach(p.udid)
	return nil
}

func plugCable(_ context.Context, p *player, _ []string) error {
	if p.away == nil {
		return errPlugged
	}
	p.tray.comeBack(p.away)
	p.away = nil
	return nil
}

// setValue sets a lockdown value.
func setValue(p *plugged, args []string) {
	domain, value := args[0], any(args[2])
	if domain == "-" {
		domain = ""
	}
	if number, err := strconv.ParseUint(args[2], 10, 64); err == nil {
		value = number
	} else if truth, err := strconv.ParseBool(args[2]); err == nil {
		value = truth
	} else if args[2] == "none" {
		value = nil
	}
	p.alter(func(d *Device) { d.Set(domain, args[1], value) })
	if strings.HasPrefix(domain, backupDomain) {
		p.post(domainChanged)
	}
}
