package evidence

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// cocoaEpoch is the epoch of Apple's dates.
var cocoaEpoch = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// firstCloudBackup is when iCloud Backup was introduced, with iOS 5.
var firstCloudBackup = time.Date(2011, 10, 1, 0, 0, 0, 0, time.UTC)

const (
	longAgo = 10 * 365 * 24 * time.Hour
	ahead   = 48 * time.Hour // how far ahead a date may be if a clock is off by a time zone or two
)

// LastBackups reads com.apple.mobile.ldbackup.plist, which lockdown serves as the domain
// com.apple.mobile.backup. asOf is the date of the backup or archive that contains it.
func LastBackups(h *device.History, data []byte, asOf time.Time) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.CloudBackup.Enabled = device.FactOf(list.Bool("CloudBackupEnabled"))
	h.CloudBackup.Last = date(list, "LastCloudBackupDate", asOf)
	h.CloudBackup.LastComputerBackup = date(list, "LastiTunesBackupDate", asOf)
	h.CloudBackup.RequiresEncryption = truth(list, "RequiresEncryption")
	return nil
}

// LastBackupsUnknown marks the facts of LastBackups as unknown.
func LastBackupsUnknown(h *device.History, why error) {
	h.CloudBackup.Enabled = device.Unknown[bool](why)
	h.CloudBackup.Last = device.Unknown[time.Time](why)
	h.CloudBackup.LastComputerBackup = device.Unknown[time.Time](why)
	h.CloudBackup.RequiresEncryption = device.Unknown[bool](why)
}

// date reads a date stored as a date or as seconds. Like the device, it reads seconds as Unix
// time or, if that gives a date more than ten years ago, as seconds since 2001.
func date(list safeplist.Dict, key string, asOf time.Time) device.Fact[time.Time] {
	if at, err := list.Date(key); err == nil {
		return plausible(at.UTC(), asOf)
	}
	seconds, err := list.Float(key)
	if err != nil {
		return device.Unknown[time.Time](err)
	}
	if seconds < 0 || seconds > 1e11 {
		return device.Unknown[time.Time](device.Implausible)
	}
	at := time.Unix(int64(seconds), 0).UTC()
	if asOf.Sub(at) > longAgo {
		at = cocoaEpoch.Add(time.Duration(seconds) * time.Second)
	}
	return plausible(at, asOf)
}

func plausible(at, asOf time.Time) device.Fact[time.Time] {
	if at.Before(firstCloudBackup) || at.After(asOf.Add(ahead)) {
		return device.Unknown[time.Time](device.Implausible)
	}
	return device.Known(at)
}

// truth reads a switch stored as a boolean or as 0 or 1.
func truth(list safeplist.Dict, key string) device.Fact[bool] {
	if value, err := list.Bool(key); err == nil {
		return device.Known(value)
	}
	value, err := list.Uint(key)
	switch {
	case err != nil:
		return device.Unknown[bool](err)
	case value > 1:
		return device.Unknown[bool](device.Implausible)
	}
	return device.Known(value == 1)
}
