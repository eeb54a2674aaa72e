package checks

import (
	"errors"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A crash listed in an archive happened; an empty list proves nothing.
func TestCrashesOnRecord(t *testing.T) {
	crash := device.Crash{Process: "backupd", At: takenAt.Add(-3 * 24 * time.Hour)}
	record := func(crashes ...device.Crash) []device.History {
		return []device.History{{Source: "sysdiagnose", AsOf: device.Known(takenAt.Add(-time.Hour)), Crashes: device.Known(crashes)}}
	}
	for name, test := range map[string]struct {
		live     *device.Live
		recorded []device.History
		want     int
		unread   device.Reason
	}{
		"by the archive alone":          {nil, record(crash), 1, ""},
		"of another process":            {nil, record(device.Crash{Process: "panic-full", At: crash.At}), 0, device.NotAsked},
		"of long ago":                   {nil, record(device.Crash{Process: "backupd", At: takenAt.AddDate(0, -2, 0)}), 0, device.NotAsked},
		"an archive without any":        {nil, record(), 0, device.NotAsked},
		"the device refuses":            {&device.Live{Crashes: device.Unknown[[]device.Crash](device.Refused)}, record(crash), 1, ""},
		"the device has none of it now": {&device.Live{Crashes: device.Known([]device.Crash{})}, record(crash), 0, ""},
	} {
		recent, _, err := recentCrashes(device.Snapshot{TakenAt: takenAt, Live: test.live, Histories: test.recorded}, "backupd")
		if len(recent) != test.want || (test.unread == "") != (err == nil) || test.unread != "" && !errors.Is(err, test.unread) {
			t.Errorf("%s: %v, %v", name, recent, err)
		}
	}
}
