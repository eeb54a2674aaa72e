package checks

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// identityRecord returns the record that identifies a device that was not attached: its newest
// backup, which names its model and version.
func identityRecord(s device.Snapshot) (r record, known bool) {
	if s.Live != nil || len(s.Backups) == 0 {
		return record{}, false
	}
	at, err := localDate(s.Backups[0])
	if err != nil {
		return record{}, false
	}
	return record{History: device.History{Source: "backup"}, asOf: at, age: s.TakenAt.Sub(at)}, true
}

// asIdentified adds the record's date to a judgement of the model or its software if the device
// was not attached. Health does not age here because versions do not go back: what was new
// enough then still is.
func asIdentified(judge func(device.Snapshot) []Finding) func(device.Snapshot) []Finding {
	return func(s device.Snapshot) []Finding {
		found := judge(s)
		r, known := identityRecord(s)
		switch {
		case !known || found[0].Status == Unknown:
			return found
		case found[0].Status == OK:
			return r.dated(found)
		default:
			return r.answer(found, nil)
		}
	}
}

// readIdentity returns evidence for the model or version; name is the key in Info.plist, which
// is the same in lockdown except for spaces.
func readIdentity(s device.Snapshot, key, value, expected, name string) Evidence {
	if r, known := identityRecord(s); known {
		return r.read(key, value, expected, "Info.plist / "+name)
	}
	return read(s, key, value, expected, "lockdown "+strings.ReplaceAll(name, " ", ""))
}
