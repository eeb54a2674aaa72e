package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestJudgeManaged(t *testing.T) {
	ago := func(days int) time.Time { return takenAt.Add(-time.Duration(days) * aDay) }
	backup := func(last, told int) device.Managed {
		return device.Managed{Serial: "A", LastBackup: device.Known(ago(last)), AsOf: ago(told)}
	}
	off := backup(1, 0)
	off.Enabled = device.Known(false)
	for _, c := range []struct {
		name   string
		m      device.Managed
		policy device.Policy
		want   ManagedState
	}{
		{"recent", backup(1, 0), device.Policy{}, ManagedRecent},
		{"old", backup(12, 0), device.Policy{}, ManagedOld},
		{"old, and allowed to be", backup(12, 0), device.Policy{MaxAgeSeconds: 14 * 24 * 3600}, ManagedRecent},
		{"was old ten days ago", backup(20, 10), device.Policy{}, ManagedOld},
		{"was recent ten days ago", backup(11, 10), device.Policy{}, ManagedUnknown},
		{"off", off, device.Policy{}, ManagedOff},
		{"off, and none expected", off, device.Policy{Expected: device.ExpectNone}, ManagedUnexpected},
		{"no date", device.Managed{Serial: "A", Enabled: device.Known(true), AsOf: takenAt}, device.Policy{}, ManagedUnknown},
		{"after the device told", backup(-5, 0), device.Policy{}, ManagedUnknown},
	} {
		if got := JudgeManaged(c.m, c.policy, takenAt); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
