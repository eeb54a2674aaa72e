package backuplog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

// summary is the part of an attempt that tests compare.
func summary(a device.Attempt) string {
	words := []string{string(a.Outcome)}
	for _, cause := range a.Causes {
		words = append(words, fmt.Sprintf("%s/%d", cause.Domain, cause.Code))
	}
	return strings.Join(words, " ")
}

func readAll(t *testing.T, text string) []device.Attempt {
	t.Helper()
	l := New("file", "x.log", time.Time{})
	if _, err := Read(strings.NewReader(text), calendar, l); err != nil {
		t.Fatal(err)
	}
	return l.Attempts(time.Time{})
}

func TestAttemptsOfALog(t *testing.T) {
	const header = "Nov 21 03:%02d:15 backupd[123] <Error>: "
	at := func(minute int, text string) string { return fmt.Sprintf(header, minute) + text + "\n" }
	const works, fails = "=cloud-backup= Finished setting up backup", "=cloud-backup= Backup failed: MBErrorDomain(%d)"
	works1 := strings.Replace(at(1, works), "<Error>", "<Notice>", 1)
	works9 := strings.Replace(at(9, works), "<Error>", "<Notice>", 1)
	for _, test := range []struct {
		name, log string
		want      []string
	}{
		{"silence", "", []string{"unseen"}},
		{"only the scheduler", at(1, "=scheduler= enabled:1, locked:0"), []string{"unseen"}},
		{"under way at the end", works1, []string{"unended"}},
		{"failed", works1 + at(2, fmt.Sprintf(fails, 303)), []string{"failed MBErrorDomain/303"}},
		{"a failure said twice", at(2, fmt.Sprintf(fails, 300)) + at(2, "ERROR: Backup failed: (NSURLErrorDomain/-1009)"), []string{"failed MBErrorDomain/300 NSURLErrorDomain/-1009"}},
		{"two attempts, newest first", at(2, fmt.Sprintf(fails, 303)) + works9 + at(10, fmt.Sprintf(fails, 300)), []string{"failed MBErrorDomain/300", "failed MBErrorDomain/303"}},
		{"another is under way", at(2, fmt.Sprintf(fails, 303)) + works9, []string{"unended", "failed MBErrorDomain/303"}},
		{"a backup to a computer", strings.ReplaceAll(at(2, fmt.Sprintf(fails, 104)), "backupd", "BackupAgent2"), []string{"unseen"}},
		{"a message over several lines", at(2, "=cloud-backup= Backup failed: <private>") + "\t{\n\t  F:1 = <CKError 0x1: \"Quota Exceeded\" (25/2035)>\n", []string{"failed CKErrorDomain/25"}},
		{"without times", "backupd\tBackup failed: MBErrorDomain(303)\nbackupd\tBackup failed: MBErrorDomain(303)\nbackupd\tBackup failed: MBErrorDomain(300)\n", []string{"failed MBErrorDomain/300", "failed MBErrorDomain/303"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, a := range readAll(t, test.log) {
				got = append(got, summary(a))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What backupd logs just before and after an attempt belongs to it.
func TestAnAttemptKeepsWhatWasSaidAroundIt(t *testing.T) {
	a := readAll(t, `Nov 21 03:00:00 backupd[1] <Notice>: =scheduler= enabled:1, locked:1, onPower:1, onWiFi:1
Nov 21 03:00:01 Preferences[2] <Notice>: restoreState running: 0
Nov 21 03:00:02 kernel[0] <Notice>: something else
Nov 21 03:00:03 backupd[1] <Notice>: nothing that tells
Nov 21 03:00:04 backupd[1] <Error>: =cloud-backup= Backup failed: MBErrorDomain(202)
Nov 21 03:00:05 backupd[1] <Notice>: =scheduler= [Off condition] enabled:1, locked:1, onPower:1, onWiFi:0
Nov 21 03:00:06 backupd[1] <Notice>: =scheduler= Updating FailureCount for account 1: 3(2)
`)[0]
	c, err := a.Conditions.Get()
	if wifi, errWiFi := c.OnWiFi.Get(); err != nil || errWiFi != nil || wifi {
		t.Errorf("conditions %+v, %v", c, err)
	}
	if n, err := a.FailureCount.Get(); err != nil || n != 3 {
		t.Errorf("%d failures, %v", n, err)
	}
	if running, err := a.Page.RestoreRunning.Get(); err != nil || running {
		t.Errorf("restore running %v, %v", running, err)
	}
	if a.Heard != 6 || len(a.Lines) != 5 {
		t.Errorf("heard %d lines and kept %d, want 6 and 5", a.Heard, len(a.Lines))
	}
	from, errFrom := a.From.Get()
	until, errUntil := a.Until.Get()
	if want := time.Date(2026, 11, 21, 2, 0, 4, 0, time.UTC); errFrom != nil || errUntil != nil || !from.Equal(want) || !until.Equal(want) {
		t.Errorf("from %v until %v, want the failure", from, until)
	}
}

func TestSuccessComesFromTheDeviceNotFromTheLog(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	l := New("os_trace_relay", "", start)
	l.Add(Line{At: start.Add(time.Minute), Process: "backupd", Text: "=cloud-backup= Finished uploading"})
	if l.Ended() {
		t.Fatal("ended by a line of work")
	}
	l.Succeed(start.Add(2 * time.Minute))
	if a := l.Attempts(start.Add(time.Hour)); !l.Ended() || len(a) != 1 || a[0].Outcome != device.AttemptSucceeded {
		t.Errorf("ended %v: %+v", l.Ended(), a)
	}
}

// A failure followed by a success gives two attempts. A backup date before the failure is
// not a success.
func TestSuccessAfterAFailure(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	l := New("os_trace_relay", "", start)
	l.Add(Line{At: start, Process: "backupd", Text: "Backup failed: MBErrorDomain(300)"})
	l.Succeed(start.Add(-time.Minute))
	if n := len(l.Attempts(start)); n != 1 {
		t.Fatalf("%d attempts, want 1", n)
	}
	l.Succeed(start.Add(time.Minute))
	if a := l.Attempts(start); len(a) != 2 || a[0].Outcome != device.AttemptSucceeded || a[1].Outcome != device.AttemptFailed {
		t.Errorf("%+v", a)
	}
}

// The size of a Log is limited, however long its input is.
func TestALogIsBounded(t *testing.T) {
	l := New("file", "", time.Time{})
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	long, hours := strings.Repeat("x", 1<<16), 200
	if testing.Short() {
		long, hours = strings.Repeat("x", 2*MaxText), 2*maxAttempts // for the race detector, which finds no more in more
	}
	for i := range hours {
		l.Add(Line{At: start.Add(time.Duration(i) * time.Hour), Process: "backupd", Text: fmt.Sprintf("=cloud-backup= Backup failed: MBErrorDomain(%d) %s", i, long)})
		for range 100 {
			l.Add(Line{At: start.Add(time.Duration(i) * time.Hour), Process: "backupd", Text: "=cloud-backup= x"})
		}
	}
	attempts := l.Attempts(time.Time{})
	if len(attempts) != maxAttempts {
		t.Errorf("%d attempts are kept, want %d", len(attempts), maxAttempts)
	}
	for _, a := range attempts {
		if len(a.Lines) > maxLines || len(a.Causes) > maxCodes {
			t.Fatalf("%d lines and %d causes", len(a.Lines), len(a.Causes))
		}
		for _, line := range a.Lines {
			if len(line.Text) > MaxText {
				t.Fatalf("a text of %d bytes", len(line.Text))
			}
		}
	}
	if newest, _ := attempts[0].From.Get(); !newest.Equal(start.Add(time.Duration(hours-1) * time.Hour)) {
		t.Errorf("the newest is of %v", newest)
	}
}

func TestReadCountsWhatItKnows(t *testing.T) {
	l := New("file", "", time.Time{})
	known, err := Read(strings.NewReader("not a log\n"+strings.Repeat("y", 1<<20)+"\nNov 21 03:00:04 backupd[1] <Error>: x"), calendar, l)
	if known != 1 || err != nil {
		t.Errorf("%d lines known, %v; want 1", known, err)
	}
}
