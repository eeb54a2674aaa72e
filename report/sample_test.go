package report

import (
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// The samples are made by hand, so that the document and its faces can be held without the
// catalogue: what a check says may change, what a report does with it may not.

var sampleTime = time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.FixedZone("CET", 3600))

var (
	switchedOn = &checks.Check{
		ID: "backup-turned-off", Short: "iCloud Backup off", Title: "iCloud Backup is switched on", Effect: checks.Blocks,
		Doc:      "Nothing is backed up while the switch is off.\n\n- It is read as `CloudBackupEnabled`.\n- Management can hide it.",
		Sources:  []remedies.Source{{Title: "Back up with iCloud", URL: "https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page"}},
		Remedies: []remedies.ID{"turn-backup-on"}, Explains: []string{"backup-stale"},
	}
	recent  = &checks.Check{ID: "backup-stale", Short: "backup stale", Title: "The last good backup is recent", Effect: checks.MayBlock, Remedies: []remedies.ID{"back-up-now"}}
	onWiFi  = &checks.Check{ID: "wifi-missing", Short: "not on Wi-Fi", Title: "The device is on Wi-Fi", Effect: checks.Blocks, Remedies: []remedies.ID{"join-wifi"}}
	room    = &checks.Check{ID: "icloud-storage-full", Short: "iCloud storage full", Title: "There is room in iCloud", Effect: checks.Blocks, Ask: "Is iCloud full?"}
	trusted = &checks.Check{ID: "not-trusted", Short: "not trusted", Title: "The device trusts this computer", Effect: checks.Informs, Remedies: []remedies.ID{"trust-this-computer"}}
)

var (
	turnOn = &remedies.Remedy{ID: "turn-backup-on", Title: "Switch iCloud Backup on", Actor: remedies.User,
		Sources: []remedies.Source{{Title: "Back up with iCloud", URL: "https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page"}}}
	backUp  = &remedies.Remedy{ID: "back-up-now", Title: "Back up now", Actor: remedies.User, Risk: "It may take hours."}
	wifi    = &remedies.Remedy{ID: "join-wifi", Title: "Join a Wi-Fi network", Actor: remedies.Administrator}
	trustIt = &remedies.Remedy{ID: "trust-this-computer", Title: "Trust this computer", Actor: remedies.User}
)

func sampleSnapshot(udid, name string) device.Snapshot {
	return device.Snapshot{
		TakenAt: sampleTime,
		Host:    device.Host{OS: "linux", Tool: "test"},
		Device: device.Identity{
			UDID: udid, Name: device.Known(name), ProductType: device.Known("iPhone14,4"),
			ProductVersion: device.Known("18.7.2"), BuildVersion: device.Known("22H124"), ModelName: device.Known("iPhone 13 mini"),
		},
		Newest: device.Known(device.Release{Newest: "26.1", TableDate: sampleTime.AddDate(0, 0, -1), TableSource: "embedded"}),
	}
}

// failing is a device with a problem, its symptom, a warning and one finding of each other
// status.
func failing(name string) Examined {
	return Examined{
		Snapshot: sampleSnapshot("00008110-000514AE0C22801E", name),
		Diagnosis: checks.Diagnosis{
			Verdict:  checks.Failing,
			Headline: "iCloud Backup is off; the last good backup is 23 days old.",
			Causes: []checks.Cause{
				{
					Finding: checks.Finding{
						Check: switchedOn, Status: checks.Problem, Summary: "iCloud Backup is off.", Remedies: switchedOn.Remedies,
						Evidence: []checks.Evidence{{Key: "iCloud Backup switch", Value: "off", Expected: "on", Source: "lockdown com.apple.mobile.backup / CloudBackupEnabled", AsOf: sampleTime}},
					},
					Symptoms: []checks.Finding{{Check: recent, Status: checks.Problem, Summary: "The last good backup is 23 days old.", Remedies: recent.Remedies}},
				},
				{Finding: checks.Finding{Check: onWiFi, Status: checks.Warning, Summary: "The device is not on Wi-Fi at this moment.", Remedies: []remedies.ID{"join-wifi", "erase-and-restore"}}},
			},
			Plan: []remedies.Step{
				{Remedy: wifi, Lines: []string{"Open Settings > Wi-Fi.", "Choose a network."}, For: []string{"wifi-missing"}},
				{Remedy: turnOn, Lines: []string{"Open Settings > [name] > iCloud > iCloud Backup.", "Switch Back Up This iPhone on."}, For: []string{"backup-turned-off"}},
				{Remedy: backUp, Lines: []string{"Tap Back Up Now."}, For: []string{"backup-turned-off"}},
			},
			Unread: []checks.Finding{
				{Check: trusted, Status: checks.Unknown, Summary: "It could not be read.", Gap: device.Gap{Reason: device.Refused, Detail: "GetProhibited"}},
			},
			Questions: []checks.Finding{{Check: room, Status: checks.Ask, Summary: "Is iCloud full?"}},
			Healthy:   []checks.Finding{{Check: trusted, Status: checks.OK, Summary: "The device trusts this computer."}},
		},
	}
}

// unexamined is a device that does not trust this computer.
func unexamined(name string) Examined {
	gap := device.Gap{Reason: device.TrustPending}
	return Examined{
		Snapshot: sampleSnapshot("00008130-00061D8A2E41401C", name),
		Diagnosis: checks.Diagnosis{
			Verdict:  checks.NotExamined,
			Gap:      gap,
			Headline: "The Trust dialog is waiting on the device.",
			Causes:   []checks.Cause{{Finding: checks.Finding{Check: trusted, Status: checks.Problem, Summary: "The Trust dialog is waiting.", Remedies: trusted.Remedies}}},
			Plan:     []remedies.Step{{Remedy: trustIt, Lines: []string{"Unlock the device.", "Tap Trust."}, For: []string{"not-trusted"}}},
			Unread:   []checks.Finding{{Check: switchedOn, Status: checks.Unknown, Gap: gap}, {Check: onWiFi, Status: checks.Unknown, Gap: gap}},
		},
	}
}

// well is a device on which nothing was found.
func well(name string) Examined {
	return Examined{
		Snapshot: sampleSnapshot("00008120-000A1C2E3F4A5B6C", name),
		Diagnosis: checks.Diagnosis{
			Verdict: checks.NoneFound, Headline: "No cause was found among what could be read.",
			Healthy: []checks.Finding{{Check: switchedOn, Status: checks.OK, Summary: "iCloud Backup is on."}},
		},
	}
}

func sampleRun(devices ...Examined) Run { return Run{Tool: "1.2.3", Examined: devices} }

// page renders a run as WriteTable does.
func tableOf(run Run, o Options) string {
	var out strings.Builder
	if err := WriteTable(&out, New(run), o); err != nil {
		return err.Error()
	}
	return out.String()
}
