package checks

import (
	"slices"
	"testing"
)

// The ids are a promise: reports and scripts name them.
var promisedIDs = []string{
	"not-trusted",
	"icloud-storage-full", "wifi-missing", "wifi-slow-unstable", "backup-too-large", "icloud-space-used-by-photos-drive",
	"software-out-of-date", "transient-glitch", "system-hung", "corrupt-previous-backup", "persistent-software-fault",
	"escalate-apple-support", "auto-not-charging", "auto-not-locked", "backup-turned-off", "never-backed-up",
	"backup-stale", "signed-out", "account-needs-attention", "terms-not-accepted", "storage-plan-lapsed",
	"mdm-disallows-backup", "managed-account-service-off", "screen-time-account-changes", "unsupported-ios", "gps-rollover",
	"date-time-wrong", "device-storage-low", "vpn-proxy-firewall", "captive-portal", "airplane-mode",
	"low-data-mode", "low-power-mode", "cellular-backup-off", "icloud-outage", "restore-in-progress",
	"downloads-in-progress", "backup-expired-180-days", "beta-software", "ios-regression", "needs-unlock-for-keys",
	"backup-locked-elsewhere", "files-unavailable", "app-cannot-be-backed-up", "enable-backup-fails", "backup-now-greyed",
	"advanced-data-protection", "new-device-temporary-storage", "local-backup-encryption-forced", "false-alarm", "store-demo-mode",
	"china-region", "local-backup-broken", "no-good-copy", "usbmuxd-trouble",
}

func TestAllHasEveryPromisedCheck(t *testing.T) {
	var ids []string
	for _, check := range All() {
		ids = append(ids, check.ID)
	}
	for _, id := range promisedIDs {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is not in All", id)
		}
	}
	for _, id := range ids {
		if !slices.Contains(promisedIDs, id) {
			t.Errorf("%s is in All, and not promised: add it to the list", id)
		}
	}
}

// A finding that explains, by a detour, what explains it would leave no root cause.
func TestExplanationsHaveARoot(t *testing.T) {
	explains := map[string][]string{}
	for _, check := range All() {
		explains[check.ID] = check.Explains
	}
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		for _, next := range explains[from] {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if reaches(next, to, seen) {
					return true
				}
			}
		}
		return false
	}
	for id := range explains {
		if reaches(id, id, map[string]bool{}) {
			t.Errorf("%s explains itself", id)
		}
	}
}
