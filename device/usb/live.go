package usb

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// identify fills in the identity from the root values. trust says why there is no session, if
// there is none; without a session a device does not reveal its serial number.
func identify(id *device.Identity, root reply, trust error) {
	id.Serial = fact(root, safeplist.Dict.Text, "SerialNumber")
	if _, err := id.Serial.Get(); err != nil && trust != nil {
		id.Serial = device.Unknown[string](trust)
	}
	id.Name = fact(root, safeplist.Dict.Text, "DeviceName")
	id.Class = fact(root, safeplist.Dict.Text, "DeviceClass")
	id.ProductType = fact(root, safeplist.Dict.Text, "ProductType")
	id.ProductVersion = fact(root, safeplist.Dict.Text, "ProductVersion")
	id.BuildVersion = fact(root, safeplist.Dict.Text, "BuildVersion")
}

// fillRoot fills in the other root values that are kept. All the rest, including telephone number
// and IMEI, are dropped here.
func fillRoot(live *device.Live, root reply) {
	live.LockedNow = fact(root, flag, "PasswordProtected")
	live.ActivationState = fact(root, safeplist.Dict.Text, "ActivationState")
	live.ReleaseType = fact(root, safeplist.Dict.Text, "ReleaseType")
	live.TimeZone = fact(root, safeplist.Dict.Text, "TimeZone")
	live.UTCOffsetSeconds = fact(root, safeplist.Dict.Float, "TimeZoneOffsetFromUTC")
	live.HasTelephony = fact(root, flag, "TelephonyCapability")
	live.SharedIPad = fact(root, flag, "IsMultiUser")

	memory := root.inner("NonVolatileRAM")
	live.Account.FindMyAccount = fact(memory, hasAccount, "fm-account-masked")
	live.Account.ActivationLock = fact(memory, saysYes, "fm-activation-locked")
}

// hasAccount reports whether there is an account, without keeping which one.
func hasAccount(memory safeplist.Dict, key string) (bool, error) {
	switch account, err := memory.Data(key); err {
	case nil:
		return len(account) > 0, nil
	case device.Absent:
		return false, nil
	default:
		return false, err
	}
}

// saysYes parses YES or NO as stored in firmware variables.
func saysYes(memory safeplist.Dict, key string) (bool, error) {
	switch word, err := memory.Data(key); {
	case err != nil:
		return false, err
	case bytes.Equal(word, []byte("YES")):
		return true, nil
	case bytes.Equal(word, []byte("NO")):
		return false, nil
	default:
		return false, device.Malformed
	}
}

// fillDomains fills in the values from the lockdown domains.
func fillDomains(live *device.Live, domains map[string]reply, takenAt time.Time) {
	backup := domains[domainBackup]
	latest := takenAt
	if skew, err := live.ClockSkewSeconds.Get(); err == nil && skew > 0 {
		latest = latest.Add(time.Duration(min(skew, maxSkew) * float64(time.Second)))
	}
	live.CloudBackup.Enabled = fact(backup, flag, "CloudBackupEnabled")
	live.CloudBackup.Last = plausible(fact(backup, moment, "LastCloudBackupDate"), firstCloudBackup, latest)
	live.ComputerBackup.Last = plausible(fact(backup, moment, "LastiTunesBackupDate"), firstPhone, latest)
	live.ComputerBackup.WillEncrypt = fact(backup, flag, "WillEncrypt")
	live.ComputerBackup.RequiresEncryption = fact(backup, flag, "RequiresEncryption")

	disk := domains[domainDisk]
	fillDisk(&live.Disk, disk)

	battery := domains[domainBattery]
	live.Power.BatteryPercent = atMost(fact(battery, safeplist.Dict.Uint, "BatteryCurrentCapacity"), 100)
	live.Power.Charging = fact(battery, flag, "BatteryIsCharging")
	live.Power.External = fact(battery, flag, "ExternalConnected")

	live.Account.FindMy = fact(domains[domainFindMy], flag, "IsAssociated")
	live.Account.SyncsICloud = syncsICloud(domains[domainSync])

	setup, too := domains[domainSetup], domains[domainSetupToo]
	live.Setup.Done = orElse(fact(setup, flag, "SetupDone"), fact(too, flag, "SetupDone"))
	live.Setup.SetupState = orElse(fact(setup, safeplist.Dict.Text, "SetupState"), fact(too, safeplist.Dict.Text, "SetupState"))
	live.Setup.RestoreState = orElse(fact(setup, safeplist.Dict.Text, "RestoreState"), fact(too, safeplist.Dict.Text, "RestoreState"))

	live.WiFi.SyncOn = fact(domains[domainWireless], flag, "EnableWifiConnections")
	live.Locale = fact(domains[domainInternational], safeplist.Dict.Text, "Locale")
}

// fillDisk fills in the device's storage. A total of zero is implausible, and so is more free
// or reclaimable space than the total.
func fillDisk(disk *device.Disk, values reply) {
	disk.TotalBytes = fact(values, amount, "TotalDiskCapacity")
	disk.FreeBytes = fact(values, amount, "AmountDataAvailable")
	disk.ReclaimableBytes = fact(values, amount, "AmountRestoreAvailable")
	total, err := disk.TotalBytes.Get()
	switch {
	case err != nil:
	case total == 0:
		disk.TotalBytes = device.Unknown[uint64](device.Implausible)
	default:
		disk.FreeBytes = atMost(disk.FreeBytes, total)
		disk.ReclaimableBytes = atMost(disk.ReclaimableBytes, total)
	}
}

// The bounds of a plausible backup date. iCloud was introduced in October 2011, the first iPhone
// in June 2007.
var (
	firstCloudBackup = time.Date(2011, 10, 1, 0, 0, 0, 0, time.UTC)
	firstPhone       = time.Date(2007, 6, 29, 0, 0, 0, 0, time.UTC)
)

// maxSkew is the largest believable clock skew, in seconds.
const maxSkew = 50 * 365 * 24 * 60 * 60

// plausible rejects a date before first, or more than two days after latest.
func plausible(date device.Fact[time.Time], first, latest time.Time) device.Fact[time.Time] {
	at, err := date.Get()
	if err == nil && (at.Before(first) || at.After(latest.AddDate(0, 0, 2))) {
		return device.Unknown[time.Time](device.Implausible)
	}
	return date
}

// atMost rejects a number above most.
func atMost(number device.Fact[uint64], most uint64) device.Fact[uint64] {
	if n, err := number.Get(); err == nil && n > most {
		return device.Unknown[uint64](device.Implausible)
	}
	return number
}

// syncsICloud reports whether any data class syncs with iCloud.
func syncsICloud(classes reply) device.Fact[bool] {
	if classes.err != nil {
		return device.Unknown[bool](classes.err)
	}
	var unread error
	for name := range classes.Dict {
		class, err := classes.Dict.Dict(name) // values of other types are not data classes
		sources, errSources := class.List("Sources")
		if errSources == nil && slices.Contains(sources, any("iCloud")) {
			return device.Known(true)
		}
		if errors.Is(err, device.Undecodable) || errors.Is(errSources, device.Undecodable) {
			unread = device.Undecodable
		}
	}
	return device.FactOf(false, unread)
}

// skew returns how many seconds the device's clock is ahead. sent and received are this
// computer's time before and after the reading.
func skew(reading reply, sent, received time.Time) device.Fact[float64] {
	seconds, err := fact(reading, safeplist.Dict.Float, timeKey).Get()
	if err != nil {
		return device.Unknown[float64](err)
	}
	halfway := sent.Add(received.Sub(sent) / 2)
	return device.Known(seconds - float64(halfway.UnixNano())/float64(time.Second))
}
