package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// pagesSeen are Apple's pages that were read, by address without a locale.
var pagesSeen = []string{
	"https://support.apple.com/HT203516",
	"https://support.apple.com/kb/PH12520",
	"https://support.apple.com/guide/icloud/mm085db3a8d6/icloud",
	"https://support.apple.com/HT210596",
	"https://support.apple.com/108353",
	"https://support.apple.com/120340",
	"https://support.apple.com/108756",
	"https://support.apple.com/101555",
	"https://support.apple.com/guide/mdm/icloud-restrictions-mdmdd145a51ca/web",
	"https://support.apple.com/guide/business/axm53xk34bq/web",
	"https://support.apple.com/guide/apple-business-manager/service-access-with-managed-apple-accounts-axm171b3ee95/web",
	"https://support.apple.com/guide/deployment/depd44f045b4/web",
	"https://support.apple.com/guide/apple-configurator-mac/cad67d80cfc6",
	"https://support.apple.com/HT201418",
	"https://support.apple.com/HT203512",
	"https://github.com/apple/device-management",
	"https://developer.apple.com/documentation/cloudkit/ckerror/code",
	"https://support.apple.com/HT202778", // seen as en-us, en-nz and en-kz
	"https://support.apple.com/108922",   // seen as pt-pt
	"https://support.apple.com/108771",   // seen as es-es; HT204136 as pt-pt, zh-cn and zh-tw
	"https://support.apple.com/HT212732", // seen as de-li
	"https://support.apple.com/HT203768", // seen as pl-pl
}

// withoutApple are the lists of sources without Apple, and why.
var withoutApple = map[string]string{
	"usbmuxd-trouble":             "Apple does not document usbmuxd",
	"repair-usbmuxd":              "Apple does not document usbmuxd",
	"false-alarm":                 "no page says that the notice can stay after a good backup",
	"terms-not-accepted":          "no page about the terms was seen",
	"accept-terms":                "no page about the terms was seen",
	"screen-time-account-changes": "no page about account changes was seen",
	"allow-account-changes":       "no page about account changes was seen",
	"store-demo-mode":             "demo units are not documented",
	"replace-demo-software":       "demo units are not documented",
	"low-power-mode":              "no page about Low Power Mode was seen",
	"turn-off-low-power-mode":     "no page about Low Power Mode was seen",
	"airplane-mode":               "no page about airplane mode and backups was seen",
	"turn-off-airplane-mode":      "no page about airplane mode and backups was seen",
	"cellular-backup-off":         "no page about backups over cellular was seen",
	"use-cellular-backup":         "no page about backups over cellular was seen",
	"leave-hotspot":               "no page says when a hotspot serves",
	"downloads-in-progress":       "no page says that backups wait for downloads",
	"let-downloads-finish":        "no page says that backups wait for downloads",
	"unsupported-ios":             "Apple's notice is known from the press alone",
	"gps-rollover":                "Apple's notice is known from the press alone",
	"update-with-computer":        "Apple's notice is known from the press alone",
	"ios-regression":              "Apple does not say which releases broke backups",
	"transient-glitch":            "no page says that a restart helps a backup",
	"restart":                     "no page says that a restart helps a backup",
	"restart-router":              "no page says that the router is to be restarted",
	"rejoin-wifi":                 "general knowledge: no document was seen",
	"reset-network-settings":      "general knowledge: no document was seen",
	"check-computer-disk":         "general knowledge: no document was seen",
	"needs-unlock-for-keys":       "no page speaks of the keys of a backup",
	"unlock-with-passcode":        "no page speaks of the keys of a backup",
	"backup-locked-elsewhere":     "no page speaks of the lock on a backup",
	"wait-for-other-backup":       "no page speaks of the lock on a backup",
	"files-unavailable":           "no page speaks of files that cannot be read",
	"find-unreadable-item":        "no page speaks of files that cannot be read",
	"app-cannot-be-backed-up":     "no page speaks of an app that ends a backup",
	"update-app":                  "no page speaks of an app that ends a backup",
	"reinstall-app":               "no page speaks of an app that ends a backup",
	"delete-named-app":            "no page speaks of an app that ends a backup",
	"local-backup-broken":         "Apple does not document the files of a backup",
	"set-aside-local-backup":      "Apple does not document the files of a backup",
	"free-computer-disk":          "no page says how much room a backup needs",
	"free-device-storage":         "no page says how much room a backup needs",

	"“Some files were unavailable”":                "no page speaks of files that cannot be read",
	"“There was a problem enabling iCloud Backup”": "no page has this message",
	"“New iCloud terms and conditions”":            "no page about the terms was seen",
	"“Backup Not Supported”":                       "no page has this message",
	"“Encryption keys are missing”":                "no page speaks of the keys of a backup",
	"“The device is locked”":                       "no page speaks of the keys of a backup",
	"“The backup is in use”":                       "no page speaks of the lock on a backup",
	"“The device is too hot”":                      "no page about heat and backups was seen",
	"“An app from outside the App Store”":          "no page speaks of an app that ends a backup",
	"“Low Power Mode”":                             "no page about Low Power Mode was seen",
	"“Airplane mode”":                              "no page about airplane mode and backups was seen",
	"“Backup over cellular”":                       "no page about backups over cellular was seen",
	"“Downloads are under way”":                    "no page says that backups wait for downloads",
	"“The process crashed”":                        "no page says that a restart helps a backup",
	"“Demo unit”":                                  "demo units are not documented",
}

func isApples(s remedies.Source) bool { return strings.HasPrefix(s.Title, "Apple: ") }

// TestSources checks that Apple's own pages come first, that a list without one says why, and
// that a source has an address only if it was read.
func TestSources(t *testing.T) {
	lists := map[string][]remedies.Source{}
	for _, c := range All() {
		lists[c.ID] = c.Sources
	}
	for _, r := range remedies.All() {
		lists[string(r.ID)] = r.Sources
	}
	for _, m := range codes.Meanings() {
		if !m.Unofficial() && m.Domain != codes.HTTPStatus { // numbers that Apple does not publish, or that are not Apple's
			lists[m.Title()] = m.Sources
		}
		if len(m.Sources) == 0 {
			t.Errorf("%s has no source", m.Title())
		}
	}
	for name, list := range lists {
		_, excepted := withoutApple[name]
		if first := len(list) > 0 && isApples(list[0]); first == excepted {
			t.Errorf("%s: Apple comes first: %v, excepted: %v: %v", name, first, excepted, list)
		}
		if slices.ContainsFunc(list, isApples) != (len(list) > 0 && isApples(list[0])) {
			t.Errorf("%s: Apple is not first: %v", name, list)
		}
		for i, s := range list {
			if s.Title == "" || s.URL != "" && !strings.HasPrefix(s.URL, "https://") {
				t.Errorf("%s: %v has no title, or another address than one of https", name, s)
			}
			if isApples(s) && s.URL != "" && !slices.Contains(pagesSeen, s.URL) {
				t.Errorf("%s: %s was not seen", name, s.URL)
			}
			if i > 0 && isApples(s) && !isApples(list[i-1]) {
				t.Errorf("%s: %q comes behind another's page", name, s.Title)
			}
			if slices.Contains(list[:i], s) {
				t.Errorf("%s names %q twice", name, s.Title)
			}
		}
	}
	for name, why := range withoutApple {
		if _, exists := lists[name]; !exists || why == "" {
			t.Errorf("the exception of %s is for nothing, or has no reason", name)
		}
	}
}
