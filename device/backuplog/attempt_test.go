package backuplog

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

// An attempt without a successful end is kept, whatever follows in the log.
func TestAttemptsWithoutAFinalLine(t *testing.T) {
	const (
		starts  = "Nov 21 03:01:15 Pats-iPhone backupd(MobileBackup)[77] <Notice>: =cloud-backup= Starting backup\n"
		throws  = "Nov 21 03:01:16 Pats-iPhone backupd(CoreFoundation)[77] <Notice>: *** Terminating app due to uncaught exception 'NSInternalInconsistencyException', reason: '/private/var/mobile is not a prefix of /var/containers/Data/System/11112222'\n"
		aborts  = "Nov 21 03:01:16 Pats-iPhone backupd(libsystem_c.dylib)[77] <Notice>: abort() called\n"
		reports = "Nov 21 03:01:17 Pats-iPhone ReportCrash[90] <Notice>: Formulating fatal 309 report for corpse[77] backupd\n"
		uploads = "Nov 21 03:01:43 backupd[77] <Error>: Failed to upload AppDomain-com.example.sketch:Library/1.dat (<CKError 0x1: \"Asset File Not Found\" (16/3002)>)\n"
		batch   = "Nov 21 03:01:43 backupd[77] <Error>: Operation A1/<MBCKBatchSave: 0x1> failed: <CKError 0x1: \"Partial Failure\" (2/1011); partial errors: {\n\tF:6C = <CKError 0x2: \"Internal Error\" (1/1000)>\n}>\n"
		stats   = "Nov 21 03:01:48 Pats-iPhone backupd[77] <Warning>: WARNING: stat(\"/var/mobile/Containers/Bundle/Application/E4/Some.app\"): No such file or directory (2)\n"
		keys    = "Nov 21 03:01:12 backupd[77] <Warning>: WARNING: 3 files are missing encryption keys\n"
		noCode  = "Nov 21 03:01:13 backupd[77] <Warning>: ERROR: ========== Backup failed: 3 files are missing encryption keys\n"
	)
	later := strings.NewReplacer("03:01", "05:30", "[77]", "[78]")
	for _, test := range []struct {
		name, log string
		want      []string
		died      bool
		keys      bool
	}{
		{"no end", starts, []string{"unended"}, false, false},
		{"two starts are two attempts", starts + later.Replace(starts), []string{"unended", "unended"}, false, false},
		{"backupd throws", starts + throws, []string{"failed"}, true, false},
		{"backupd throws, aborts and is reported: once", starts + throws + aborts + reports, []string{"failed"}, true, false},
		{"only the report", starts + reports, []string{"failed"}, true, false},
		{"the report of another process", starts + strings.Replace(reports, "backupd", "cloudd", 1), []string{"unended"}, false, false},
		{"two nights", starts + throws + later.Replace(starts+throws), []string{"failed", "failed"}, true, false},
		{"files that cannot be uploaded", uploads, []string{"unended"}, false, false},
		{"an operation that failed", batch, []string{"unended"}, false, false},
		{"a file that is not there", stats, []string{"unended"}, false, false},
		{"keys that are missing", keys, []string{"unended"}, false, true},
		{"keys that are missing, and a final line without a code", keys + noCode, []string{"failed"}, false, true},
		{"of a backup to a computer nothing counts", strings.ReplaceAll(starts+throws+aborts, "backupd", "BackupAgent2") + reports, []string{"unseen"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			attempts := readAll(t, test.log)
			for _, a := range attempts {
				got = append(got, summary(a))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if a := attempts[0]; a.Died != test.died || a.KeysLacked != test.keys {
				t.Errorf("died %v, keys lacked %v", a.Died, a.KeysLacked)
			}
		})
	}
}

func TestTheConditionThatACancellationNames(t *testing.T) {
	for text, want := range map[string]string{
		`Backup failed: MBErrorDomain(202), Error Domain=MBErrorDomain Code=202 "Backup cancelled (com.apple.backupd.wifi)"`: "com.apple.backupd.wifi",
		`Backup failed: Backup canceled (com.apple.backupd.on-power) (MBErrorDomain/202)`:                                    "com.apple.backupd.on-power",
		`Backup failed: Backup cancelled (by Ada) (MBErrorDomain/202)`:                                                       "",
	} {
		if a := readAll(t, "backupd\t"+text+"\n")[0]; a.CalledOff != want || a.Outcome != device.AttemptFailed {
			t.Errorf("%s: %s, called off by %q; want %q", text, a.Outcome, a.CalledOff, want)
		}
	}
}

// On a Mac, backupd is the Time Machine daemon.
func TestTimeMachineIsCountedApart(t *testing.T) {
	for _, line := range []string{
		"2026-11-21 03:12:15.000000+0100 0x1a2b Error 0x0 123 0 backupd: (TimeMachine) [com.apple.TimeMachine:General] Backup failed: BACKUP_FAILED_TARGET (19)",
		"2026-11-21 03:12:15.000 E  backupd[123:4567] [com.apple.TimeMachine:BackupEngine] Error: (22) x",
		"Nov 21 03:12:15 Macbook /System/Library/CoreServices/backupd[5] <Notice>: Starting standard backup",
		"Nov 21 03:12:15 Macbook backupd[5] <Error>: Backup failed: /Volumes/Disk/Backups.backupdb (11)",
	} {
		l := New("file", "", time.Time{})
		if _, err := Read(strings.NewReader(line+"\n"), calendar, l); err != nil {
			t.Fatal(err)
		}
		if a := l.Attempts(time.Time{}); len(a) != 1 || a[0].Outcome != device.AttemptUnseen || a[0].Heard != 0 || l.TimeMachine() != 1 {
			t.Errorf("%s: %d of Time Machine, %+v", line, l.TimeMachine(), a)
		}
	}
}
