// Package reporttest provides the runs and reports shared by the tests of package report and its
// formats.
package reporttest

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// The samples are written by hand, so that tests of the report do not depend on the catalogue:
// the text of a check may change, but not what a report does with it.

var SampleTime = time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.FixedZone("CET", 3600))

var (
	SwitchedOn = &checks.Check{
		ID: "backup-turned-off", Short: "iCloud Backup off", Title: "iCloud Backup is switched on", Effect: checks.Blocks,
		Doc:      "Nothing is backed up while the switch is off.\n\n- It is read as `CloudBackupEnabled`.\n- Management can hide it.",
		Sources:  []remedies.Source{{Title: "Back up with iCloud", URL: "https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page"}},
		Remedies: []remedies.ID{"turn-backup-on"}, Explains: []string{"backup-stale"},
	}
	Recent  = &checks.Check{ID: "backup-stale", Short: "backup stale", Title: "The last good backup is recent", Effect: checks.MayBlock, Remedies: []remedies.ID{"back-up-now"}}
	OnWiFi  = &checks.Check{ID: "wifi-missing", Short: "not on Wi-Fi", Title: "The device is on Wi-Fi", Effect: checks.Blocks, Remedies: []remedies.ID{"join-wifi"}}
	Room    = &checks.Check{ID: "icloud-storage-full", Short: "iCloud storage full", Title: "There is room in iCloud", Effect: checks.Blocks, Ask: "Is iCloud full?"}
	trusted = &checks.Check{ID: "not-trusted", Short: "not trusted", Title: "The device trusts this computer", Effect: checks.Informs, Remedies: []remedies.ID{"trust-this-computer"}}
)

var (
	turnOn = &remedies.Remedy{ID: "turn-backup-on", Title: "Switch iCloud Backup on", Actor: remedies.User,
		Sources: []remedies.Source{{Title: "Back up with iCloud", URL: "https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page"}}}
	backUp  = &remedies.Remedy{ID: "back-up-now", Title: "Back up now", Actor: remedies.User, Risk: "It may take hours."}
	wifi    = &remedies.Remedy{ID: "join-wifi", Title: "Join a Wi-Fi network", Actor: remedies.Administrator}
	trustIt = &remedies.Remedy{ID: "trust-this-computer", Title: "Trust this computer", Actor: remedies.User}
)

func Snapshot(udid, name string) device.Snapshot {
	return device.Snapshot{
		TakenAt: SampleTime,
		Host:    device.Host{OS: "linux", Tool: "test"},
		Device: device.Identity{
			UDID: udid, Name: device.Known(name), ProductType: device.Known("iPhone14,4"),
			ProductVersion: device.Known("18.7.2"), BuildVersion: device.Known("22H124"), ModelName: device.Known("iPhone 13 mini"),
		},
		Newest: device.Known(device.Release{Newest: "26.1", TableDate: SampleTime.AddDate(0, 0, -1), TableSource: "embedded"}),
	}
}

// Failing returns a device with a problem, its symptom, a warning and one finding of each other
// status.
func Failing(name string) report.Examined {
	return report.Examined{
		Snapshot: Snapshot("00008110-000514AE0C22801E", name),
		Diagnosis: checks.Diagnosis{
			Verdict:  checks.Failing,
			Next:     checks.NextExplain,
			Headline: "iCloud Backup is off; the last good backup is 23 days old.",
			Causes: []checks.Cause{
				{
					Finding: checks.Finding{
						Check: SwitchedOn, Status: checks.Problem, Summary: "iCloud Backup is off.", Remedies: SwitchedOn.Remedies,
						Evidence: []checks.Evidence{{Key: "iCloud Backup switch", Value: "off", Expected: "on", Source: "lockdown com.apple.mobile.backup / CloudBackupEnabled", AsOf: SampleTime}},
					},
					Symptoms: []checks.Finding{{Check: Recent, Status: checks.Problem, Summary: "The last good backup is 23 days old.", Remedies: Recent.Remedies}},
				},
				{Finding: checks.Finding{Check: OnWiFi, Status: checks.Warning, Summary: "The device is not on Wi-Fi at this moment.", Remedies: []remedies.ID{"join-wifi", "erase-and-restore"}}},
			},
			Plan: []remedies.Step{
				{Remedy: wifi, Lines: []string{"Open Settings > Wi-Fi.", "Choose a network."}, For: []string{"wifi-missing"}},
				{Remedy: turnOn, Lines: []string{"Open Settings > [name] > iCloud > iCloud Backup.", "Switch Back Up This iPhone on."}, For: []string{"backup-turned-off"}},
				{Remedy: backUp, Lines: []string{"Tap Back Up Now."}, For: []string{"backup-turned-off"}},
			},
			Unread: []checks.Finding{
				{Check: trusted, Status: checks.Unknown, Summary: "It could not be read.", Gap: device.Gap{Reason: device.Refused, Detail: "GetProhibited"}},
			},
			Questions: []checks.Finding{{Check: Room, Status: checks.Ask, Summary: "Is iCloud full?"}},
			Healthy:   []checks.Finding{{Check: trusted, Status: checks.OK, Summary: "The device trusts this computer."}},
		},
	}
}

// Unexamined returns a device that does not trust this computer.
func Unexamined(name string) report.Examined {
	gap := device.Gap{Reason: device.TrustPending}
	return report.Examined{
		Snapshot: Snapshot("00008130-00061D8A2E41401C", name),
		Diagnosis: checks.Diagnosis{
			Verdict:  checks.NotExamined,
			Next:     checks.NextPair,
			Gap:      gap,
			Headline: "The Trust dialog is waiting on the device.",
			Causes:   []checks.Cause{{Finding: checks.Finding{Check: trusted, Status: checks.Problem, Summary: "The Trust dialog is waiting.", Remedies: trusted.Remedies}}},
			Plan:     []remedies.Step{{Remedy: trustIt, Lines: []string{"Unlock the device.", "Tap Trust."}, For: []string{"not-trusted"}}},
			Unread:   []checks.Finding{{Check: SwitchedOn, Status: checks.Unknown, Gap: gap}, {Check: OnWiFi, Status: checks.Unknown, Gap: gap}},
		},
	}
}

// Well returns a device without findings.
func Well(name string) report.Examined {
	return report.Examined{
		Snapshot: Snapshot("00008120-000A1C2E3F4A5B6C", name),
		Diagnosis: checks.Diagnosis{
			Verdict: checks.BackedUp, Headline: "The last good iCloud backup is 7 hours old.",
			Healthy: []checks.Finding{{Check: SwitchedOn, Status: checks.OK, Summary: "iCloud Backup is on."}},
		},
	}
}

func Run(devices ...report.Examined) report.Run { return report.Run{Tool: "1.2.3", Examined: devices} }

// Ended returns the device with its examination ended early for a reason.
func Ended(e report.Examined, why device.Reason) report.Examined {
	e.Diagnosis.Gap = device.Gap{Reason: why}
	return e
}

// Shelved returns a device known only from backups with these proofs.
func Shelved(proofs ...device.Proof) report.Examined {
	e := Well("Ann's iPhone")
	e.Snapshot.Live = nil
	for _, proof := range proofs {
		e.Snapshot.Backups = append(e.Snapshot.Backups, device.Backup{
			Folder: "/backups/" + e.Snapshot.Device.UDID, Device: e.Snapshot.Device, Date: device.Known(SampleTime), Proof: device.Known(proof),
		})
	}
	return e
}

// concluding returns statements that lead to a verdict, because of some modes.
func concluding(verdict device.ProofVerdict, modes ...string) []device.Statement {
	shown := map[device.ProofVerdict]device.Shown{device.Whole: device.ShownTrue, device.Broken: device.ShownFalse, device.CannotTell: device.ShownNeither}
	var all []device.Statement
	for _, id := range device.StatementIDs {
		s := device.Statement{ID: id, Shown: device.ShownTrue}
		switch id {
		case device.StatementFiles:
			s.Shown, s.Faults, s.Count, s.Of = shown[verdict], modes, 3, 3
		case device.StatementPadding, device.StatementDigests, device.StatementDatabases:
			s.Shown = device.NotLookedAt
		}
		all = append(all, s)
	}
	return all
}

var (
	WholeProof  = device.Proof{Statements: concluding(device.Whole), Depth: device.QuickLook, Listed: 3, Found: 3}
	HiddenProof = device.Proof{Statements: concluding(device.CannotTell, "password-needed"), Depth: device.QuickLook, Faults: []device.BackupFault{{Mode: "password-needed"}}}
	BrokenProof = device.Proof{
		Statements: concluding(device.Broken, "blob-missing"), Depth: device.QuickLook, NextFails: true, Listed: 9, Found: 3,
		Faults: []device.BackupFault{{
			Mode: "blob-missing", Count: 6, Total: 9,
			Examples: slices.Repeat([]device.BackupProblem{{Domain: "HomeDomain", Path: "Library/\x1b[31m\u202elost"}}, 6),
		}},
	}
)

var Shut = report.Place{Path: "/shut", Reason: string(device.NotPermitted), Hint: "Allow it Full Disk Access."}

// Report returns a report of devices examined at a given time.
func Report(at time.Time, devices ...report.Device) report.Report {
	r := report.Report{Header: report.NewHeader(report.KindReport), Subject: report.OfDevices, Gaps: []report.Gap{}, Places: []report.Place{}}
	for _, d := range devices {
		d.TakenAt = at
		d.Findings, d.Plan, d.Backups = append([]report.Finding{}, d.Findings...), append([]report.Step{}, d.Plan...), append([]report.Backup{}, d.Backups...)
		r.Devices = append(r.Devices, d)
	}
	r.TakenAt = at
	counted, _ := report.Merge(report.Report{}, r)
	return counted
}

var (
	Monday  = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	Tuesday = Monday.AddDate(0, 0, 1)
)

func trouble(check string) report.Finding {
	return report.Finding{Check: check, Status: "problem", Summary: "There is " + check + "."}
}

func status(check, status string) report.Finding {
	return report.Finding{Check: check, Status: status, Summary: "It is " + status + "."}
}

// OlderAndNewer returns two reports in which causes change in every possible way.
func OlderAndNewer() (older, newer report.Report) {
	symptom := trouble("backup-stale")
	symptom.ExplainedBy = "backup-turned-off"
	profile := func(subject string) report.Finding {
		f := trouble("mdm-disallows-backup")
		f.Subject = subject
		return f
	}
	older = Report(Monday,
		report.Device{UDID: "1", Name: "Kitchen", Slot: "A1", Verdict: "failing", Findings: []report.Finding{trouble("icloud-storage-full"), trouble("wifi-missing"), trouble("device-storage-low")}},
		report.Device{UDID: "2", Name: "Studio", Verdict: "failing", Findings: []report.Finding{trouble("backup-stale")}},
		report.Device{UDID: "3", Name: "Class 4B", Verdict: "failing", Findings: []report.Finding{profile("School"), profile("Exam")}},
		report.Device{UDID: "4", Name: "Front desk", Verdict: "failing", Findings: []report.Finding{trouble("signed-out")}},
		report.Device{UDID: "5", Name: "Sold", Verdict: "failing", Findings: []report.Finding{trouble("beta-software")}},
		report.Device{UDID: "6", Name: "Well", Verdict: "backed-up"},
	)
	newer = Report(Tuesday,
		report.Device{UDID: "1", Name: "Kitchen", Slot: "A1", Verdict: "failing", Findings: []report.Finding{trouble("icloud-storage-full"), status("wifi-missing", "ok"), status("device-storage-low", "unknown")}},
		report.Device{UDID: "2", Name: "Studio", Verdict: "failing", Findings: []report.Finding{trouble("backup-turned-off"), symptom}},
		report.Device{UDID: "3", Name: "Class 4B", Verdict: "backed-up", Findings: []report.Finding{profile("Exam")}, Suppressed: []report.Silence{{Check: "mdm-disallows-backup", Subject: "School", Because: "agreed"}}},
		report.Device{UDID: "4", Name: "Front desk", Verdict: "not-examined", Reason: "never-paired"},
		report.Device{UDID: "7", Name: "Bought", Verdict: "failing", Findings: []report.Finding{trouble("never-backed-up")}},
		report.Device{UDID: "6", Name: "Well", Verdict: "backed-up"},
	)
	return older, newer
}

// Golden compares got with a file, or writes the file if UPDATE is set.
func Golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test again with UPDATE=1", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what the code makes; if that is meant, run the test again with UPDATE=1 and read the diff", path)
	}
}

// EveryRemedy returns a device whose plan and single question have every remedy.
func EveryRemedy() report.Examined {
	s := Snapshot("00008140-000A1B2C3D4E801E", "Every remedy")
	s.Device.ProductType, s.Device.ProductVersion = device.Known("iPhone17,3"), device.Known("26.6.1")
	check := &checks.Check{ID: "every-remedy", Title: "Every remedy is shown", Effect: checks.Blocks}
	p := remedies.NewPlanner(s.Device)
	for _, r := range remedies.All() {
		check.Remedies = append(check.Remedies, r.ID)
		p.Add(r.ID, check.ID)
	}
	finding := checks.Finding{Check: check, Status: checks.Problem, Summary: "Every remedy is needed.", Remedies: check.Remedies}
	question := checks.Finding{Check: check, Status: checks.Ask, Summary: "Is any remedy needed?", Remedies: check.Remedies}
	return report.Examined{Snapshot: s, Diagnosis: checks.Diagnosis{
		Verdict: checks.Failing, Next: checks.NextExplain, Headline: "Every remedy is needed.",
		Causes: []checks.Cause{{Finding: finding}}, Plan: p.Steps(), Questions: []checks.Finding{question},
	}}
}

// CarriesPreconditions returns what is wrong with a text that shows the plan of [EveryRemedy],
// or "". Every step that deletes or erases must state its precondition and what Stolen Device
// Protection may require.
func CarriesPreconditions(text string, steps bool) string {
	bare := func(text string) string {
		return strings.Join(strings.Fields(strings.NewReplacer(`\`, "", `"`, "").Replace(text)), " ")
	}
	text = bare(text)
	for _, r := range remedies.All() {
		if r.Loses > remedies.LosesNothing && strings.Contains(text, r.Title) && strings.Count(text, r.Title) != strings.Count(text, r.Heading()) {
			return string(r.ID) + " is named without what has to be so before it"
		}
	}
	if !steps {
		return ""
	}
	of := EveryRemedy().Snapshot.Device
	for _, r := range remedies.All() {
		for _, line := range r.Lines(of) {
			if !strings.Contains(text, bare(line)) {
				return string(r.ID) + " lacks: " + line
			}
		}
	}
	return ""
}
