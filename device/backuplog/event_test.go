package backuplog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

func causes(list ...any) []device.PastCause {
	var all []device.PastCause
	for i := 0; i < len(list); i += 2 {
		all = append(all, device.PastCause{Domain: list[i].(string), Code: list[i+1].(int)})
	}
	return all
}

// One error in all the notations found in logs.
func TestTheFailureLine(t *testing.T) {
	for _, test := range []struct {
		name, process, text string
		want                []device.PastCause
		forced              bool
	}{
		{"since iOS 17", "backupd", `=cloud-backup= Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25), <private>`, causes("MBErrorDomain", 303, "CKErrorDomain", 25), false},
		{"a longer chain", "backupd", `=cloud-backup= Backup failed: MBErrorDomain(2) Underlying CloudKit errors: CKErrorDomain(2), CKErrorDomain(25) Underlying MMCS errors: com.apple.mmcs(14)...`, causes("MBErrorDomain", 2, "CKErrorDomain", 2, "CKErrorDomain", 25, "com.apple.mmcs", 14), false},
		{"behind it an NSError that hides its words", "backupd", `=cloud-backup= Backup failed: MBErrorDomain(300), <NSError:0x281101f50(MBErrorDomain:300) - {NSUnderlyingError = Error Domain=NSURLErrorDomain Code=-1009 "<private>"}>`, causes("MBErrorDomain", 300, "NSURLErrorDomain", -1009), false},
		{"iOS 9", "backupd", `ERROR: ========== Backup failed: Couldn’t communicate with a helper application. (NSCocoaErrorDomain/4097)`, causes("NSCocoaErrorDomain", 4097), false},
		{"iOS 9, as an NSError", "backupd", `ERROR: Backup failed: Error Domain=NSCocoaErrorDomain Code=4097 "connection to service named com.apple.cloudd" UserInfo={NSDebugDescription=x}`, causes("NSCocoaErrorDomain", 4097), false},
		{"CloudKit's own form", "backupd", `Backup failed: <CKError 0x1068e0a70: "Quota Exceeded" (25/2035); server message = "Quota exceeded">`, causes("CKErrorDomain", 25), false},
		{"cancelled", "backupd", `=cloud-backup= Backup failed: MBErrorDomain(202), Error Domain=MBErrorDomain Code=202 "Backup cancelled (com.apple.backupd.wifi)"`, causes("MBErrorDomain", 202), false},
		{"Setup Assistant", "Setup", `Backup failed with error: <Error domain: MBErrorDomain, code 209>`, causes("MBErrorDomain", 209), true},
		{"nothing to read", "backupd", `=cloud-backup= Backup failed: <private>, <private>`, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, ok := Understand(Line{Process: test.process, Text: test.text})
			if !ok || e.Kind != Failed || e.Forced != test.forced {
				t.Fatalf("understood %v: %s, forced %v", ok, e.Kind, e.Forced)
			}
			if diff := cmp.Diff(test.want, e.Codes); diff != "" {
				t.Errorf("codes (-want +got)\n%s", diff)
			}
		})
	}
}

// Backups to computers fail with the same errors, but are not iCloud backups.
func TestBackupsToComputersAreLeftOut(t *testing.T) {
	for _, process := range []string{"BackupAgent2", "BackupAgent", "/usr/libexec/BackupAgent2", "cloudd", ""} {
		for _, text := range []string{"Backup failed: MBErrorDomain(104)", "=cloud-backup= Backup failed: MBErrorDomain(303)", "=scheduler= enabled:0"} {
			if e, ok := Understand(Line{Process: process, Error: true, Text: text}); ok {
				t.Errorf("%q of %q was understood as %s", text, process, e.Kind)
			}
			if Concerns(process) {
				t.Errorf("%q is taken for a process of iCloud Backup", process)
			}
		}
	}
}

var bools = cmp.Comparer(func(a, b device.Fact[bool]) bool {
	x, errX := a.Get()
	y, errY := b.Get()
	return x == y && (errX == nil) == (errY == nil)
})

func TestTheSchedulersConditions(t *testing.T) {
	yes, no := device.Known(true), device.Known(false)
	for _, test := range []struct {
		name, text string
		want       device.Conditions
	}{
		{
			"of a late version", "=scheduler= [Off condition after 120.3s] state changed, enabled:1, locked:1, onPower:1, onWiFi:0, onCellular:1(0), autoBackupOnCellularEnabled:0, autoBackupOnCellularAllowedByProvider:0, managerStates:<private>, changes:WiFi",
			device.Conditions{Enabled: yes, Locked: yes, OnPower: yes, OnWiFi: no, OnCellular: yes},
		},
		{
			"of an earlier one", "=scheduler= Scheduler state changed, enabled:1, locked:0, onPower:1, onWiFi:1",
			device.Conditions{Enabled: yes, Locked: no, OnPower: yes, OnWiFi: yes},
		},
		{"what is not told stays unknown", "=scheduler= state changed, locked:0", device.Conditions{Locked: no}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, ok := Understand(Line{Process: "backupd", Text: test.text})
			if diff := cmp.Diff(test.want, e.Conditions, bools); !ok || e.Kind != Conditions || diff != "" {
				t.Errorf("%v %s (-want +got)\n%s", ok, e.Kind, diff)
			}
		})
	}
}

func TestTheSchedulersCounts(t *testing.T) {
	e, ok := Understand(Line{Process: "backupd", Text: "=scheduler= Updating FailureCount for account 6A: 5(4)"})
	if n, err := e.FailureCount.Get(); !ok || e.Kind != Scheduled || err != nil || n != 5 {
		t.Errorf("%v %s: %d failures, %v; want 5", ok, e.Kind, n, err)
	}
	e, ok = Understand(Line{Process: "backupd", Text: "Backup is disabled by the current MC policy"})
	if forbids, err := e.PolicyForbids.Get(); !ok || err != nil || !forbids {
		t.Errorf("%v: policy %v, %v", ok, forbids, err)
	}
}

func TestThePageOfSettings(t *testing.T) {
	yes, no := device.Known(true), device.Known(false)
	for _, test := range []struct {
		text string
		want device.BackupPage
	}{
		{"Policy Prevents Backup: 1", device.BackupPage{PolicyForbids: yes}},
		{"Backup not enabled because policy prevents backup", device.BackupPage{PolicyForbids: yes}},
		{"Store Demo Mode Enabled: 0", device.BackupPage{DemoMode: no}},
		{"restoreState running: 1", device.BackupPage{RestoreRunning: yes}},
		{"Backup Button Enabled: 0", device.BackupPage{ButtonEnabled: no}},
		{"network interface type: 2, supports backup: 0", device.BackupPage{Network: device.Known("cellular"), NetworkSuits: no}},
		{"interfaceType=1 supportsBackup=YES", device.BackupPage{Network: device.Known("wifi"), NetworkSuits: yes}},
		{"Setting error from backup state: Error Domain=MBErrorDomain Code=303", device.BackupPage{ErrorOnPage: causes("MBErrorDomain", 303)}},
	} {
		t.Run(test.text, func(t *testing.T) {
			e, ok := Understand(Line{Process: "Preferences", Text: test.text})
			texts := cmp.Comparer(func(a, b device.Fact[string]) bool {
				x, _ := a.Get()
				y, _ := b.Get()
				return x == y
			})
			if diff := cmp.Diff(test.want, e.Page, bools, texts); !ok || e.Kind != Page || diff != "" {
				t.Errorf("%v %s (-want +got)\n%s", ok, e.Kind, diff)
			}
		})
	}
	for _, text := range []string{"Opening the Wi-Fi page", "backup button tapped", "BackupOverCellular Switch Enabled: 1", "Setting error from backup state: (null)"} {
		if _, ok := Understand(Line{Process: "Preferences", Text: text}); ok {
			t.Errorf("%q tells something", text)
		}
	}
}

func TestOtherLinesOfBackupd(t *testing.T) {
	for _, test := range []struct {
		line Line
		want Kind // "" if the line is not relevant
	}{
		{Line{Text: "=cloud-backup= Finished setting up backup for <private> isResumed:0"}, Working},
		{Line{Text: "=cloud-backup= Failed to remove orphaned items: <private>", Error: true}, Trouble},
		{Line{Text: `Failed to upload <private> (<CKError 0x1068e0a70: "Asset File Not Found" (16/3002)>)`}, Trouble},
		{Line{Text: "=daemon= Idled. Stopping service."}, ""},
		{Line{Text: "INFO: Starting"}, ""},
	} {
		test.line.Process = "backupd"
		e, ok := Understand(test.line)
		if ok != (test.want != "") || ok && e.Kind != test.want {
			t.Errorf("%q is %v %s, want %q", test.line.Text, ok, e.Kind, test.want)
		}
	}
}
