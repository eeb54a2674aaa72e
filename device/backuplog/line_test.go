package backuplog

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// paris is an hour ahead of UTC in November.
var paris = time.FixedZone("CET", 3600)

var calendar = Calendar{Latest: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Zone: paris}

func TestParseLine(t *testing.T) {
	night := time.Date(2026, 11, 21, 2, 12, 15, 0, time.UTC)
	for _, test := range []struct {
		name, text string
		want       Line
	}{
		{
			"the device's syslog", "Nov 21 03:12:15 Adas-iPhone backupd(MobileBackup)[123] <Error>: =cloud-backup= Backup failed: MBErrorDomain(303)",
			Line{At: night, Process: "backupd", PID: "123", Error: true, Text: "=cloud-backup= Backup failed: MBErrorDomain(303)"},
		},
		{
			"idevicesyslog", "Nov 21 03:12:15 backupd[123] <Notice>: =scheduler= [On condition]",
			Line{At: night, Process: "backupd", PID: "123", Text: "=scheduler= [On condition]"},
		},
		{
			"a date later in the year is of the year before", "Dec 24 03:12:15 backupd[123] <Notice>: x",
			Line{At: time.Date(2025, 12, 24, 2, 12, 15, 0, time.UTC), Process: "backupd", PID: "123", Text: "x"},
		},
		{
			"29 February is of a leap year", "Feb 29 03:12:15 backupd[123] <Notice>: x",
			Line{At: time.Date(2024, 2, 29, 2, 12, 15, 0, time.UTC), Process: "backupd", PID: "123", Text: "x"},
		},
		{
			"pymobiledevice3", "2026-11-21 03:12:15.123456 backupd{MobileBackup}[123] <ERROR>: x",
			Line{At: night, Process: "backupd", PID: "123", Error: true, Text: "x"},
		},
		{
			"log show", "2026-11-21 03:12:15.000000+0100 0x1a2b     Error       0x0                  123    0    backupd: (MobileBackup) [com.apple.mobilebackup:Default] x",
			Line{At: night, Process: "backupd", PID: "123", Error: true, Text: "(MobileBackup) [com.apple.mobilebackup:Default] x"},
		},
		{
			"log show --style syslog", "2026-11-21 03:12:15.000000+0100  localhost backupd[123]: (MobileBackup) x",
			Line{At: night, Process: "backupd", PID: "123", Text: "(MobileBackup) x"},
		},
		{
			"log show --style compact", "2026-11-21 03:12:15.000 E  backupd[123:4567] [com.apple.mobilebackup:Default] x",
			Line{At: night, Process: "backupd", PID: "123", Error: true, Text: "[com.apple.mobilebackup:Default] x"},
		},
		{
			"Console", "error\t09:44:14.000000+0100\tbackupd\tx",
			Line{At: time.Date(2026, 11, 22, 8, 44, 14, 0, time.UTC), Process: "backupd", Error: true, Text: "x"},
		},
		{
			"Console, of the evening before", "378\tdefault\t23:44:14.000000+0100\tbackupd\tx",
			Line{At: time.Date(2026, 11, 21, 22, 44, 14, 0, time.UTC), Process: "backupd", Text: "x"},
		},
		{
			"Console with two columns", "BackupAgent2\tFailed to upload <private>",
			Line{Process: "BackupAgent2", Text: "Failed to upload <private>"},
		},
		{
			"a process with a space in its name", "Nov 21 03:12:15 Adas-iPhone Some Daemon[9] <Notice>: x",
			Line{At: night, Process: "Some Daemon", PID: "9", Text: "x"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := ParseLine(test.text, calendar)
			if diff := cmp.Diff(test.want, got); !ok || diff != "" {
				t.Errorf("ok %v (-want +got)\n%s", ok, diff)
			}
		})
	}
}

func TestParseLineLeavesTheRestOfALongMessage(t *testing.T) {
	for _, text := range []string{"", "}", "\tF:6C21 = <CKError 0x1: \"Internal\" (1/1000)>", "partial errors: {", "   backupd failed"} {
		if line, ok := ParseLine(text, calendar); ok {
			t.Errorf("%q was taken for %+v", text, line)
		}
	}
}
