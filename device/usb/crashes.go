package usb

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// crashReports lists the crash reports on the device in place. Other tools first start the crash
// report mover, which moves files on the device.
func crashReports(live *device.Live) service {
	return service{
		name: "com.apple.crashreportcopymobile",
		read: func(ctx context.Context, l *link) {
			names, hasLogs, err := listReports(ctx, &afc{link: l})
			fillCrashes(live, names, err)
			live.HasBackupLogs = hasLogs
		},
		close: func(why error) {
			fillCrashes(live, nil, why)
			live.HasBackupLogs = device.Unknown[bool](why)
		},
	}
}

// The crash report folders. Retired holds reports already sent to Apple, Panics those of older
// versions.
const (
	reportsFolder = "/"
	retiredFolder = "Retired"
	panicsFolder  = "Panics"
	logsFolder    = "DiagnosticLogs"
	backupLogs    = "/DiagnosticLogs/MobileBackup"
)

// listReports reads the names of the reports and whether backupd keeps a log. Folders missing
// from the first listing are skipped.
func listReports(ctx context.Context, a *afc) (names []string, hasLogs device.Fact[bool], err error) {
	names, err = a.list(ctx, reportsFolder)
	if err != nil {
		return nil, device.Unknown[bool](err), err
	}
	hasLogs = device.Known(false)
	if slices.Contains(names, logsFolder) {
		hasLogs = device.FactOf(a.exists(ctx, backupLogs))
	}
	for _, folder := range []string{retiredFolder, panicsFolder} {
		if !slices.Contains(names, folder) {
			continue
		}
		more, err := a.list(ctx, reportsFolder+folder)
		if err != nil {
			return nil, hasLogs, err
		}
		names = append(names, more...)
	}
	return names, hasLogs, nil
}

// fillCrashes keeps the reports that are relevant to backups. Their names give the time in the
// device's zone, so without its UTC offset none can be dated.
func fillCrashes(live *device.Live, names []string, err error) {
	if err != nil {
		live.Crashes = device.Unknown[[]device.Crash](err)
		return
	}
	offset, err := live.UTCOffsetSeconds.Get()
	if err != nil {
		live.Crashes = device.Unknown[[]device.Crash](err)
		return
	}
	zone := time.FixedZone("", int(offset))
	crashes := []device.Crash{}
	for _, name := range names {
		if crash, ok := device.ParseCrash(name, zone); ok {
			crashes = append(crashes, crash)
		}
	}
	slices.SortFunc(crashes, func(a, b device.Crash) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Process, b.Process))
	})
	live.Crashes = device.Known(slices.Compact(crashes))
}
