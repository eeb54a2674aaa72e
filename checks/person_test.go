package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// answer adds an answer, as a person gives it, to a snapshot.
func answer(question, text string) func(*device.Snapshot) { return answerAt(takenAt, question, text) }

func answerAt(at time.Time, question, text string) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		a, err := device.ParseAnswer(question, text, at)
		if err != nil {
			panic(err)
		}
		s.Answers = device.Answered(s.Answers, a)
	}
}

// firstFinding returns the first finding of a check from Run.
func firstFinding(t *testing.T, s device.Snapshot, check *Check) Finding {
	t.Helper()
	return Run(s, []*Check{check})[0]
}

// withPaths expands paths for the device used in the tests, so that a moved menu changes no
// test here.
func withPaths(text string) string {
	text, _ = remedies.Expand(text, identity("iPhone14,4", "26.6.1"))
	return text
}

func TestAnswers(t *testing.T) {
	const question = "Does Settings ask to accept new iCloud terms, at its top or in {P-ACCOUNT}?"
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		check    *Check
		status   Status
		summary  string
	}{
		{"an unhealthy yes", well(lastBackedUp(23*aDay), answer("terms-not-accepted", "yes")), termsNotAccepted, Problem, "Settings asks to accept new iCloud terms, by a person's answer."},
		{"a healthy no", well(lastBackedUp(23*aDay), answer("terms-not-accepted", "no")), termsNotAccepted, OK, "The iCloud terms have been accepted, by a person's answer."},
		{"an unhealthy no", well(lastBackedUp(23*aDay), answer("auto-not-charging", "no")), autoNotCharging, Problem, "The device is not charged at night, by a person's answer."},
		{"a healthy yes", well(lastBackedUp(23*aDay), answer("auto-not-charging", "yes")), autoNotCharging, OK, "The device is on power when it backs up, by a person's answer."},
		{"what may block is a warning", well(lastBackedUp(23*aDay), answer("system-hung", "yes")), systemHung, Warning, "The device is unresponsive, or the backup still fails after a restart, by a person's answer."},
		{"of what could not be read", well(lastBackedUp(23*aDay), withoutProfileList, answer("vpn-proxy-firewall", "yes")), vpnProxyFirewall, Warning, "Something is between the device and Apple: a VPN, a proxy, an ad blocker or a filter, by a person's answer."},
		{"of another check", well(lastBackedUp(23*aDay), answer("system-hung", "yes")), airplaneMode, Ask, "Is airplane mode on at night, without Wi-Fi? The top of Settings shows airplane mode, and {P-WIFI} shows whether Wi-Fi is on."},

		{"Back Up Now completes", well(lastBackedUp(23*aDay), answer(device.BackUpNowQuestion, "yes")), termsNotAccepted, OK, "According to a person's answer, a backup completes after Back Up Now is tapped, so this does not stand in its way."},
		{"Back Up Now says nothing of the night", well(lastBackedUp(23*aDay), answer(device.BackUpNowQuestion, "yes")), airplaneMode, Ask, "Is airplane mode on at night, without Wi-Fi? The top of Settings shows airplane mode, and {P-WIFI} shows whether Wi-Fi is on."},
		{"the answer to the very question comes first", well(lastBackedUp(23*aDay), answer(device.BackUpNowQuestion, "yes"), answer("terms-not-accepted", "yes")), termsNotAccepted, Problem, "Settings asks to accept new iCloud terms, by a person's answer."},

		{"a telling message", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "This iPhone cannot be backed up because there is not enough iCloud storage available.")), icloudStorageFull, Problem, "According to a person's answer, the device shows: “Not enough iCloud storage”."},
		{"its second meaning", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "not enough iCloud storage")), storagePlanLapsed, Ask, "What the device shows, according to a person's answer, may mean this (“Not enough iCloud storage”). Was the storage plan cancelled or made smaller, or did a payment fail? {P-PLAN} shows the plan."},
		{"a vague message", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "The last backup could not be completed.")), corruptPreviousBackup, Ask, ""},
		{"a code", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "MBErrorDomain/209")), needsUnlockForKeys, Warning, "According to a person's answer, the device shows: MBErrorDomain/209."},
		{"a message of something else", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "New iCloud Terms and Conditions")), icloudOutage, Ask, "Does www.apple.com/support/systemstatus show trouble with iCloud Backup or iCloud Account & Sign In?"},
		{"words nobody knows", well(lastBackedUp(23*aDay), answer(device.MessageQuestion, "xyzzy")), termsNotAccepted, Ask, question},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := firstFinding(t, test.snapshot, test.check)
			if f.Status != test.status || test.summary != "" && f.Summary != withPaths(test.summary) {
				t.Errorf("got  %s %q\nwant %s %q", f.Status, f.Summary, test.status, withPaths(test.summary))
			}
			for _, e := range f.Evidence {
				if e.Key == "" || e.Value == "" || e.Source == "" || e.AsOf.IsZero() {
					t.Errorf("the evidence %+v lacks a part", e)
				}
			}
		})
	}
}

// withoutProfileList makes the list of profiles unknown.
func withoutProfileList(s *device.Snapshot) {
	s.Live.Management.Profiles = device.Unknown[[]device.Profile](device.Timeout)
	s.Live.Management.Supervised = device.Unknown[bool](device.Timeout)
}

func TestRoom(t *testing.T) {
	sized := recorded(aDay, func(h *device.History) {
		h.Next.TotalBytes = device.Known[uint64](7_400_000_000)
		h.Next.Domains = device.Known([]device.DomainSize{
			{Domain: "CameraRollDomain", Bytes: 4_000_000_000},
			{Domain: "AppDomain-net.example.chat", Bytes: 2_300_000_000},
			{Domain: "AppDomain-net.example.notes", Bytes: 100_000_000},
		})
	})
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		check    *Check
		status   Status
		summary  string
	}{
		{"too large, and what would make it fit", well(lastBackedUp(23*aDay), sized, answer("free-icloud-storage", "1.2 GB")), backupTooLarge, Problem,
			"The next backup needs 7.4 GB, and 1.2 GB are free in iCloud: without the camera roll (4 GB), net.example.chat (2.3 GB) it would fit."},
		{"too large by far", well(lastBackedUp(23*aDay), sized, answer("free-icloud-storage", "100 MB")), backupTooLarge, Problem,
			"The next backup needs 7.4 GB, and 100 MB are free in iCloud."},
		{"both sizes told", well(lastBackedUp(23*aDay), answer("free-icloud-storage", "1.2 GB"), answer("next-backup-size", "2 GB")), backupTooLarge, Problem,
			"The next backup needs 2 GB, and 1.2 GB are free in iCloud."},
		{"it fits", well(lastBackedUp(23*aDay), answer("free-icloud-storage", "3 GB"), answer("next-backup-size", "2 GB")), icloudStorageFull, OK,
			"The next backup needs 2 GB, and 3 GB are free in iCloud, so it fits."},
		{"so the plan is large enough", well(lastBackedUp(23*aDay), answer("free-icloud-storage", "3 GB"), answer("next-backup-size", "2 GB")), storagePlanLapsed, OK,
			"The next backup needs 2 GB, and 3 GB are free in iCloud, so it fits."},
		{"full", well(lastBackedUp(23*aDay), answer("free-icloud-storage", "0 GB")), icloudStorageFull, Problem, "0 bytes are free in iCloud."},
		{"nothing to compare it with", well(lastBackedUp(23*aDay), answer("free-icloud-storage", "3 GB")), icloudStorageFull, Ask,
			"3 GB are free in iCloud. Is iCloud storage full or nearly full? {P-STORAGE} shows how much is used, and the total."},
		{"the need alone", well(lastBackedUp(23*aDay), answer("next-backup-size", "2 GB")), icloudStorageFull, Ask,
			"Is iCloud storage full or nearly full? {P-STORAGE} shows how much is used, and the total."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if f := firstFinding(t, test.snapshot, test.check); f.Status != test.status || f.Summary != withPaths(test.summary) {
				t.Errorf("got  %s %q\nwant %s %q", f.Status, f.Summary, test.status, withPaths(test.summary))
			}
		})
	}
}

// All sources for one cause are weighed in one place, and a contradiction is shown.
func TestWeigh(t *testing.T) {
	full := recorded(aDay, failed(2*aDay, 303))
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		check    *Check
		status   Status
		parts    []string // of the summary
		against  bool
	}{
		{"both say the same", well(lastBackedUp(9*aDay), full, answer("icloud-storage-full", "yes")), icloudStorageFull, Problem, []string{"MBErrorDomain/303"}, false},
		{"a code of yesterday against an answer of today", well(lastBackedUp(9*aDay), full, answer("icloud-storage-full", "no")), icloudStorageFull, Problem,
			[]string{"MBErrorDomain/303", "; contradicted just now by: iCloud has room for the next backup, by a person's answer."}, true},
		{"a code of last week against an answer of today", well(lastBackedUp(19*aDay), recorded(9*aDay, failed(9*aDay, 303)), answer("icloud-storage-full", "no")), icloudStorageFull, OK,
			[]string{"iCloud has room for the next backup, by a person's answer; contradicted 9 days ago by: The newest attempt"}, true},
		{"a code of yesterday against an answer of last week", well(lastBackedUp(19*aDay), full, answerAt(takenAt.Add(-8*aDay), "icloud-storage-full", "no")), icloudStorageFull, Problem,
			[]string{"; contradicted 8 days ago by: "}, true},
		{"a hint against a direct word", well(lastBackedUp(9*aDay), profiled("Company VPN"), answer("vpn-proxy-firewall", "no")), vpnProxyFirewall, OK,
			[]string{"by a person's answer; contradicted just now by: Judging by its name alone"}, true},
		{"a fresh backup against an answer", well(answer("airplane-mode", "yes")), airplaneMode, OK,
			[]string{"A backup completed 7 hours ago", "contradicted just now by: Airplane mode is on at night"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := firstFinding(t, test.snapshot, test.check)
			if f.Status != test.status {
				t.Errorf("got %s, want %s: %s", f.Status, test.status, f.Summary)
			}
			for _, part := range test.parts {
				if !strings.Contains(f.Summary, part) {
					t.Errorf("%q lacks %q", f.Summary, part)
				}
			}
			against := slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return strings.HasPrefix(e.Key, "Against it: ") })
			if against != test.against {
				t.Errorf("evidence against it: %t, want %t: %+v", against, test.against, f.Evidence)
			}
			if !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Source == answerSource }) {
				t.Error("the answer is not among the evidence")
			}
		})
	}
}

func TestAgo(t *testing.T) {
	s := device.Snapshot{TakenAt: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{s.TakenAt, "just now"},
		{s.TakenAt.Add(3 * time.Hour), "just now"},
		{s.TakenAt.Add(-2 * time.Hour), "2 hours ago"},
		{s.TakenAt.Add(-50 * time.Hour), "2 days ago"},
		{s.TakenAt.Add(30 * aDay), "just now"},
	} {
		if got := ago(s, test.at); got != test.want {
			t.Errorf("%s: got %s, want %s", test.at, got, test.want)
		}
	}
}

// A typed message always changes the report, or the report says that it is not known.
func TestATypedMessageIsNeverIgnored(t *testing.T) {
	report := func(changes ...func(*device.Snapshot)) string {
		s := well(append([]func(*device.Snapshot){lastBackedUp(23 * aDay)}, changes...)...)
		findings := Run(s, All())
		var b strings.Builder
		for _, f := range findings {
			b.WriteString(string(f.Status) + " " + f.Summary + "\n")
		}
		return b.String() + Diagnose(s, findings).Headline
	}
	without := report()
	for _, text := range []string{"iPhone Backup Failed", "The last backup could not be completed", "iCloud is not full", "1.2 GB left in iCloud", "303", "HTTP 507", "low data mode is on", "Nicht genügend iCloud-Speicher"} {
		if got := report(answer(device.MessageQuestion, text)); got == without || strings.Contains(got, "is not known") {
			t.Errorf("%q changes nothing, or is not known", text)
		}
	}
	for _, text := range []string{"xyzzy", "마지막 백업을 완료할 수 없습니다"} {
		if got := report(answer(device.MessageQuestion, text)); !strings.Contains(got, "The message that was typed is not known.") || !strings.Contains(got, "backupdoctor listen") {
			t.Errorf("%q: the report does not say that it is not known", text)
		}
	}
}

// A last resort that a person has reached is in the plan, after a copy and Apple Support.
func TestLastResortsAreInThePlan(t *testing.T) {
	for id, remedy := range map[string]remedies.ID{"persistent-software-fault": remedies.EraseAndRestore, "icloud-space-used-by-photos-drive": remedies.FreeICloudPhotosDrive, "corrupt-previous-backup": remedies.DeleteOldBackup} {
		s := well(lastBackedUp(23*aDay), answer(id, "yes"))
		steps := Diagnose(s, Run(s, All())).Plan
		if !slices.ContainsFunc(steps, func(step remedies.Step) bool { return step.Remedy.ID == remedy }) {
			t.Errorf("%s: the plan has no %s", id, remedy)
		}
	}
}
