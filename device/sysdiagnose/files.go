package sysdiagnose

import (
	"io"
	"path"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/evidence"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A file is one of the files to read. unknown records the reason when the file cannot be
// read.
type file struct {
	read    func(*reading, member) error
	unknown func(*reading, error)
}

// files are the files to read, by path in the archive. Crash reports, rotated shutdown logs
// and the output of brctl are found by their folders.
var files = map[string]file{
	"logs/MobileBackup/com.apple.MobileBackup.plist": {
		read:    intoHistory(evidence.MobileBackup),
		unknown: func(r *reading, why error) { evidence.MobileBackupUnknown(&r.archive.History, why) },
	},
	"logs/MCState/User/EffectiveUserSettings.plist": {
		read: intoHistory(evidence.EffectiveSettings),
		unknown: func(r *reading, why error) {
			unknown(&r.archive.History.Restrictions.CloudBackupAllowed, why)
			unknown(&r.archive.History.Restrictions.EncryptionForced, why)
		},
	},
	"logs/MCState/Shared/CloudConfigurationDetails.plist": {
		read:    intoHistory(evidence.CloudConfiguration),
		unknown: func(r *reading, why error) { unknown(&r.archive.History.Restrictions.Supervised, why) },
	},
	"WiFi/com.apple.wifi.known-networks.plist": {
		read: intoHistory(evidence.KnownNetworks),
		unknown: func(r *reading, why error) {
			unknown(&r.archive.History.Network.KnownNetworks, why)
			unknown(&r.archive.History.Network.NewestLowData, why)
		},
	},
	"WiFi/wifi_status.txt": {
		read: (*reading).wifiStatus,
		unknown: func(r *reading, why error) {
			unknown(&r.archive.History.Network.WiFiOn, why)
			unknown(&r.archive.History.Network.Associated, why)
			unknown(&r.archive.History.Network.SignalDBm, why)
		},
	},
	"ioreg/IOService.txt": {
		read: (*reading).ioService,
		unknown: func(r *reading, why error) {
			unknown(&r.archive.History.Power.External, why)
			unknown(&r.archive.History.Power.Charging, why)
			unknown(&r.archive.History.Power.BatteryPercent, why)
		},
	},
	brctlDump: {
		read:    (*reading).brctl,
		unknown: func(r *reading, why error) { unknown(&r.archive.History.Account.FreeBytes, why) },
	},
	"disks.txt": {
		read: (*reading).disks,
		unknown: func(r *reading, why error) {
			unknown(&r.archive.History.Disk.TotalBytes, why)
			unknown(&r.archive.History.Disk.FreeBytes, why)
		},
	},
	"logs/Networking/com.apple.networkextension.plist": {
		read:    (*reading).networkExtensions,
		unknown: func(r *reading, why error) { unknown(&r.archive.History.Network.Extensions, why) },
	},
	shutdownLog: {
		read:    (*reading).shutdowns,
		unknown: func(r *reading, why error) { unknown(&r.archive.History.Shutdowns, why) },
	},
	"logs/SystemVersion/SystemVersion.plist": {
		read:    (*reading).systemVersion,
		unknown: func(*reading, error) {}, // another file may still have the version
	},
	"remotectl_dumpstate.txt": {
		read:    (*reading).dumpstate,
		unknown: func(*reading, error) {},
	},
	"sysdiagnose.log": {
		read:    (*reading).ownLog,
		unknown: func(*reading, error) {},
	},
}

// brctlDump is the output of brctl about iCloud Drive. Other .txt files in its folder are
// read the same way.
const brctlDump = "brctl/brctl-dump.txt"

// shutdownLog lists shutdowns. Older ones are in shutdown.0.log and so on, in the same
// folder.
const shutdownLog = "system_logs.logarchive/Extra/shutdown.log"

// fileAt returns the file to read at a path, if it is one.
func fileAt(below string) (file, bool) {
	if found, ok := files[below]; ok {
		return found, true
	}
	if matched, err := path.Match("system_logs.logarchive/Extra/shutdown*.log", below); err == nil && matched {
		return files[shutdownLog], true
	}
	if path.Dir(below) == path.Dir(brctlDump) && strings.HasSuffix(below, ".txt") {
		return files[brctlDump], true
	}
	return file{}, false
}

// intoHistory reads a property list with a parser that is shared with local backups.
func intoHistory(parse func(*device.History, []byte) error) func(*reading, member) error {
	return func(r *reading, m member) error {
		data, err := m.whole()
		if err != nil {
			return err
		}
		return parse(&r.archive.History, data)
	}
}

// whole reads a member into memory. It returns device.Oversized if the member is larger
// than maxMember.
func (m member) whole() ([]byte, error) {
	if m.size > maxMember {
		return nil, device.Oversized
	}
	return io.ReadAll(io.LimitReader(m.Reader, maxMember))
}

// systemVersion reads the installed version and build.
func (r *reading) systemVersion(m member) error {
	data, err := m.whole()
	if err != nil {
		return err
	}
	list, err := safeplist.Parse(data, safeplist.Limits{MaxBytes: maxMember, MaxDepth: 8, MaxObjects: 1000})
	if err != nil {
		return err
	}
	if version, err := list.Text("ProductVersion"); err == nil {
		learn(&r.archive.Device.ProductVersion, clip(version))
	}
	if build, err := list.Text("ProductBuildVersion"); err == nil {
		learn(&r.archive.Device.BuildVersion, clip(build))
	}
	return nil
}

// clip limits a text that goes into a recording to 100 bytes.
func clip(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), 100)], "")
}
