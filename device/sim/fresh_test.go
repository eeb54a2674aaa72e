package sim

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDatesStayAsOldAsTheyWere(t *testing.T) {
	recorded := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	device := &Device{
		RecordedAt: recorded,
		values: map[string]dict{
			"": {"UniqueDeviceID": "x"},
			"com.apple.mobile.backup": {
				"LastCloudBackupDate":  uint64(1000),
				"LastiTunesBackupDate": recorded.Add(-time.Hour),
				"Version":              "2.0",
			},
		},
		crashes: []string{"Retired/backupd-2026-01-01-235959.ips", "DiagnosticLogs/MobileBackup/"},
	}
	now := recorded.Add(24 * time.Hour)
	fresh := device.freshened(now)
	want := dict{
		"LastCloudBackupDate":  uint64(1000 + 24*3600),
		"LastiTunesBackupDate": now.Add(-time.Hour),
		"Version":              "2.0",
	}
	if diff := cmp.Diff(want, fresh.values["com.apple.mobile.backup"]); diff != "" {
		t.Errorf("values (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Retired/backupd-2026-01-02-235959.ips", "DiagnosticLogs/MobileBackup/"}, fresh.crashes); diff != "" {
		t.Errorf("crash reports (-want +got)\n%s", diff)
	}
	if got := device.values["com.apple.mobile.backup"]["LastCloudBackupDate"]; got != uint64(1000) {
		t.Errorf("the recording itself now says %v", got)
	}
	if again := fresh.freshened(now); !cmp.Equal(again.crashes, fresh.crashes) {
		t.Errorf("freshened twice: %v", again.crashes)
	}
}

func TestLaterMovesEveryTypeOfDate(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct{ date, want any }{
		{uint64(5), uint64(65)},
		{int64(-5), int64(55)},
		{1.5, 61.5},
		{at, at.Add(time.Minute)},
		{"never", "never"},
	} {
		if got := later(test.date, time.Minute); got != test.want {
			t.Errorf("later(%v) = %v, want %v", test.date, got, test.want)
		}
	}
}
