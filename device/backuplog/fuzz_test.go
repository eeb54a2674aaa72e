package backuplog

import (
	"bytes"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// FuzzRead checks that no file makes the reader panic, exceed its limits, or report an
// attempt of a process that does not make iCloud backups.
func FuzzRead(f *testing.F) {
	f.Add([]byte("Nov 21 03:12:15 backupd(MobileBackup)[123] <Error>: =cloud-backup= Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25)\n"))
	f.Add([]byte("2026-11-21 03:12:15.000000+0100 0x1a2b Error 0x0 123 0 backupd: =scheduler= state changed, enabled:1, locked:0\n\tmore\n"))
	f.Add([]byte("error\t23:44:14.000000+0100\tbackupd\tBackup failed: <CKError 0x1: \"Quota Exceeded\" (25/2035)>\n"))
	f.Add([]byte("Feb 29 03:12:15 Setup[1] <Error>: Backup failed with error: <Error domain: X, code 1>\n"))
	f.Add([]byte("BackupAgent2\tBackup failed: MBErrorDomain/104\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := New("file", "", time.Time{})
		known, err := Read(bytes.NewReader(data), calendar, l)
		if err != nil {
			t.Fatal(err)
		}
		attempts := l.Attempts(time.Time{})
		if len(attempts) == 0 || len(attempts) > maxAttempts {
			t.Fatalf("%d attempts", len(attempts))
		}
		for _, a := range attempts {
			if len(a.Lines) > maxLines || len(a.Causes) > maxCodes {
				t.Errorf("%d lines and %d causes are kept", len(a.Lines), len(a.Causes))
			}
			if a.Outcome != device.AttemptUnseen && known == 0 {
				t.Error("an attempt out of no line")
			}
			for _, line := range a.Lines {
				if !Concerns(line.Process) {
					t.Errorf("a line of %q is kept", line.Process)
				}
			}
		}
	})
}

// FuzzCodes checks that codes are limited in number and distinct, and have a domain.
func FuzzCodes(f *testing.F) {
	f.Add("MBErrorDomain(303) Underlying error: CKErrorDomain(25)")
	f.Add("<CKError 0x1: \"x\" (25/1)> domain: A.b, code -5")
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[device.PastCause]bool{}
		for _, cause := range codes(text) {
			if seen[cause] || cause.Domain == "" {
				t.Errorf("%+v is there twice, or without a domain", cause)
			}
			seen[cause] = true
		}
		if len(seen) > maxCodes {
			t.Errorf("%d codes", len(seen))
		}
	})
}
