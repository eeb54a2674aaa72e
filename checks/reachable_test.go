package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// sentences are what people type, one for each check that a message can point to.
var sentences = map[string]string{
	"icloud-storage-full":               "You do not have enough space in iCloud to back up this iPhone.",
	"backup-too-large":                  "the next backup is too large for my iCloud",
	"icloud-space-used-by-photos-drive": "my photos use all of my icloud storage",
	"storage-plan-lapsed":               "There is a problem with your payment method, so the storage plan ended",
	"files-unavailable":                 "Some files were unavailable during the last backup",
	"enable-backup-fails":               "There was a problem enabling iCloud Backup",
	"restore-in-progress":               "This iPhone is currently being restored",
	"account-needs-attention":           "cannot back up without a verified email address",
	"date-time-wrong":                   "the date on the phone is wrong",
	"icloud-outage":                     "cannot connect to iCloud",
	"terms-not-accepted":                "accept the new iCloud terms and conditions",
	"screen-time-account-changes":       "not available due to restrictions",
	"mdm-disallows-backup":              "iCloud Backup has been disabled by a profile",
	"managed-account-service-off":       "backup is disabled by your organization",
	"backup-now-greyed":                 "Back Up Now is grayed out",
	"never-backed-up":                   "Last Backup: Never",
	"backup-stale":                      "This iPhone hasn't been backed up in 3 weeks",
	"wifi-missing":                      "You need a Wi-Fi connection to back up",
	"wifi-slow-unstable":                "because of a poor network connection",
	"auto-not-charging":                 "Connect to power to back up",
	"auto-not-locked":                   "the screen never locks",
	"airplane-mode":                     "airplane mode is on",
	"cellular-backup-off":               "can it back up over cellular",
	"device-storage-low":                "There is not enough space on this iPhone to back up",
	"signed-out":                        "Sign in to your iPhone",
	"app-cannot-be-backed-up":           "it fails since I sideloaded an app",
	"false-alarm":                       "iPhone Backup Failed",
	"transient-glitch":                  "the backup process crashed",
	"corrupt-previous-backup":           "Last backup: Incomplete",
	"vpn-proxy-firewall":                "I use a VPN",
	"captive-portal":                    "the wifi asks to sign in to network, a captive portal",
	"needs-unlock-for-keys":             "1 files are missing encryption keys",
	"backup-locked-elsewhere":           "Another backup is in progress",
	"software-out-of-date":              "Update iOS to back up",
	"beta-software":                     "I have the iOS beta installed",
	"advanced-data-protection":          "Update your devices to turn on Advanced Data Protection",
	"new-device-temporary-storage":      "Get temporary iCloud storage for a new iPhone",
	"low-data-mode":                     "Low Data Mode is on",
	"low-power-mode":                    "Low Power Mode is on",
	"downloads-in-progress":             "downloads are waiting",
	"backup-expired-180-days":           "my backup expired after 180 days",
	"system-hung":                       "my iphone hangs and is frozen",
	"store-demo-mode":                   "this is a demo unit",
	"backup-turned-off":                 "iCloud Backup turned itself off",
	"ios-regression":                    "since the update iCloud Backup is off",
}

// Every check that a message can point to is reached by a sentence: it becomes a finding or a
// question that quotes the sentence or, if the device itself has the answer, the meaning names
// it.
func TestEveryCheckOfAMessageIsReached(t *testing.T) {
	for _, m := range codes.Meanings() {
		for _, id := range m.Checks {
			if m.Message != "" && sentences[id] == "" && m.InICloud != "" {
				t.Errorf("%s means %s, which no sentence reaches", m.Title(), id)
			}
		}
	}
	for id, sentence := range sentences {
		check, ok := Find(id)
		if !ok {
			t.Errorf("%s is no check", id)
			continue
		}
		meanings := codes.LookUp(sentence)
		if !slices.ContainsFunc(meanings, func(m codes.Meaning) bool { return slices.Contains(m.Checks, id) }) {
			t.Errorf("%q does not lead to %s", sentence, id)
			continue
		}
		s := well(answer(device.MessageQuestion, sentence))
		s.Live = &device.Live{Connection: device.USB, Trusted: device.Known(true)} // and reports nothing else
		found := Run(s, []*Check{check})
		quoted := slices.ContainsFunc(found, func(f Finding) bool {
			return (f.Status == Problem || f.Status == Warning || f.Status == Ask) && saidByPerson(f)
		})
		if !quoted && check.Ask != "" {
			t.Errorf("%q: %s says %v", sentence, id, found)
		}
	}
}
