package codes

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What people type, in their own words and spellings, finds its row.
func TestWhatPeopleType(t *testing.T) {
	for want, texts := range map[string][]string{
		"The last backup could not be completed":       {"the LAST backup couldn't be completed!", "last backup could not be complet", "the last backup could\nnot be completed", "the last bakcup could not be completed", "last back-up can't be completed", "The last back up could not be com-pleted"},
		"Backup Failed":                                {"my iPhone backup failed", "iPad Backup  Failed", "backup unsuccesful", "unable to back up"},
		"Not enough iCloud storage":                    {"there isnt enough icloud storage", "not enough space in my iCloud", "iCloud is almost full", "insufficient icloud storage", "the icloud storage is full again"},
		"iCloud storage is not full":                   {"iCloud is not full", "my icloud isn't full", "I have enough iCloud storage", "plenty of room in iCloud"},
		"iPhone Storage Almost Full":                   {"iPad Storage Full", "there is not enough space on this iPad to back up", "iPhone storage almost full"},
		"Encryption keys are missing":                  {"7 files are missing encryption keys", "missing encryption keys"},
		"The device is locked":                         {"the backup can't complete because the iPhone is locked", "Enter passcode to continue"},
		"Poor network connection":                      {"because of poor network conection", "it fails over my other phone's hotspot"},
		"Disabled by a profile":                        {"backup is disabled by your school", "iCloud Backup disabled by administrator"},
		"The backup is in use":                         {"another backup is running", "the backup is locked"},
		"A newer version is needed to back up":         {"a newer version of iOS made the backup", "update iPadOS to back up"},
		"Storage was bought, and iCloud is still full": {"bought more storage and it still says full", "paid for a bigger plan, still no storage"},
		"An app from outside the App Store":            {"fails since I sideloaded something"},
		"Low Data Mode":                                {"low data mode is on"},
		"A VPN or filter is on":                        {"I use a VPN at home"},
	} {
		for _, text := range texts {
			if got := LookUp(text); !slices.ContainsFunc(got, func(m Meaning) bool { return m.Message == want }) {
				t.Errorf("%q leads to %v, not to %q", text, titles(got), want)
			}
		}
	}
}

func TestWhatPeopleDeny(t *testing.T) {
	for _, text := range []string{"iCloud is not full", "no VPN here", "airplane mode is off", "low data mode is off", "I have enough iCloud storage"} {
		for _, m := range LookUp(text) {
			if len(m.Checks) > 0 {
				t.Errorf("%q leads to %s", text, m.Title())
			}
		}
	}
}

func TestNumbersOfOtherDomains(t *testing.T) {
	for text, want := range map[string]string{
		"NSPOSIXErrorDomain Code=28":                      "NSPOSIXErrorDomain/28 (ENOSPC)",
		"Error Domain=NSCocoaErrorDomain Code=4097 \"x\"": "NSCocoaErrorDomain/4097 (NSXPCConnectionInterrupted)",
		"HTTP 507": "HTTP/507 (Insufficient Storage)", "503": "HTTP/503 (Service Unavailable)", "http status 401": "HTTP/401 (Unauthorized)",
	} {
		if got := titles(LookUp(text)); !slices.Equal(got, []string{want}) {
			t.Errorf("%q leads to %v", text, got)
		}
	}
}

// Each wording from a public page finds its message; an unknown language is distinguished from
// an unknown message.
func TestOtherLanguages(t *testing.T) {
	for _, w := range translations {
		text := strings.ReplaceAll(w.words, "|", " ")
		if got := LookUp(text); !slices.ContainsFunc(got, func(m Meaning) bool { return m.Message == w.message }) {
			t.Errorf("%s: %q leads to %v", w.language, text, titles(got))
		}
		if OtherLanguage(text) {
			t.Errorf("%q passes for a language that is not known", text)
		}
	}
	for text, want := range map[string]bool{
		"마지막 백업을 완료할 수 없습니다":                                   true,
		"Das letzte Backup konnte nicht abgeschlossen werden.": true,
		"Almacenamiento casi completo":                         true,
		"La copia no se pudo completar":                        true,
		"De reservekopie is mislukt":                           true,
		"Il backup non riesce":                                 true,
		"xyzzy plugh":                                          false,
		"the phone says a strange thing about its backup":      false,
		"": false,
	} {
		if got := OtherLanguage(text); got != want {
			t.Errorf("%q is in another language: %t, want %t", text, got, want)
		}
	}
	for _, word := range notEnglish {
		for _, m := range Meanings() {
			if slices.Contains(strings.Fields(plain(m.Message)), word) {
				t.Errorf("%q is a word of %q", word, m.Message)
			}
		}
	}
}

func TestFreeStorage(t *testing.T) {
	for text, want := range map[string]string{
		"1.2 GB left in iCloud": "1.2 GB", "it says 150 GB available": "150 GB", "1,5 GB free": "1,5 GB",
		"3 GB left on this iPhone": "", "iCloud is full": "", "7 GB": "",
	} {
		if got, _ := FreeStorage(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzMessages matches arbitrary text. Nothing may panic, and plain text stays text.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{"iCloud is not full", "com-pleted -", "1.2 GB left", "\xff'-", strings.Repeat("back up ", 700), "l’iPhone", "備份"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := plain(text); !utf8.ValidString(got) || len(got) > 8*maxMessage {
			t.Errorf("plain words of %d bytes", len(got))
		}
		FreeStorage(text)
		OtherLanguage(text)
	})
}

// The texts in Apple's article on messages find rows that name the article first.
func TestApplesArticleOnMessages(t *testing.T) {
	for text, want := range map[string]string{
		"I need a Wi-Fi connection to make a backup":                                "wifi-missing",
		"You need a Wi-Fi connection to back up to iCloud":                          "wifi-missing",
		"can't make a backup because there's not enough iCloud storage":             "icloud-storage-full",
		"you can't back up because there's not enough iCloud storage available":     "icloud-storage-full",
		"There is not enough space on iPhone to back up":                            "device-storage-low",
		"my device cannot back up without a verified email address":                 "account-needs-attention",
		"This iPhone can't be backed up without a verified email address.":          "account-needs-attention",
		"iCloud Backup is unable to access the account":                             "account-needs-attention",
		"iCloud Backup was unable to access the account at this time":               "account-needs-attention",
		"The last backup couldn't be completed":                                     "wifi-slow-unstable",
		"The backup process is taking a long time":                                  "wifi-slow-unstable",
		"Back Up Now is greyed out":                                                 "backup-now-greyed",
		"iPhone Backup Failed. You do not have enough space in iCloud to back this": "icloud-storage-full",
	} {
		got := LookUp(text)
		if len(got) == 0 || len(got[0].Checks) == 0 || got[0].Checks[0] != want {
			t.Errorf("%q leads to %v, not to %s", text, titles(got), want)
			continue
		}
		if got[0].Sources[0].URL != "https://support.apple.com/HT203516" {
			t.Errorf("%q: %q comes from %v first", text, got[0].Message, got[0].Sources[0])
		}
	}
}

// Settings has its own text for these codes. In any spelling, it finds a cause of the code.
func TestTextsThatSettingsShowsForCodes(t *testing.T) {
	for code, texts := range map[int][]string{
		13:  {"The backup is locked", "iCloud backup is in use by another device", "Another backup is in progress"},
		105: {"There is not enough space on this iPhone to back up", "not enough space on this iPad", "No space on iPhone"},
		203: {"A newer version of iOS is needed to back up", "Update iOS to back up", "The backup needs newer software"},
		209: {"Some files are missing encryption keys", "the encryption keys are missing", "missing keys"},
		300: {"because of poor network connection", "the network connection was lost", "problem with the internet connection"},
		303: {"There is not enough iCloud storage", "You do not have enough space in iCloud"},
		304: {"because of the network connection", "due to a network connection problem"},
		308: {"there is no network connection", "because of network connection"},
	} {
		own, _ := Find(ID{MBErrorDomain, code})
		for _, text := range texts {
			var causes []string
			for _, m := range LookUp(text) {
				causes = append(causes, m.Checks...)
			}
			if !slices.Contains(causes, own.Checks[0]) {
				t.Errorf("%d shows %q, which leads to %v, not to %s", code, text, causes, own.Checks[0])
			}
		}
	}
}

// Wordings in other languages come from a public page, Apple's own if one was found.
func TestTranslationsHaveTheirPage(t *testing.T) {
	for _, w := range translations {
		if !strings.HasPrefix(w.source, "https://") {
			t.Errorf("%s %q has no page", w.language, w.words)
		}
		text := strings.ReplaceAll(w.words, "|", " … ")
		if !slices.ContainsFunc(LookUp(text), func(m Meaning) bool { return m.Message == w.message }) {
			t.Errorf("%s %q leads to %v, not to %q", w.language, text, titles(LookUp(text)), w.message)
		}
	}
	for text, want := range map[string]string{
		"iCloud-Speicher ist voll": "Not enough iCloud storage",
		"iCloud 储存空间不足":            "Not enough iCloud storage",
		"iCloud储存空间已满":             "Not enough iCloud storage",
		"最後に行ったバックアップを完了できませんでした。": "The last backup could not be completed",
	} {
		if !slices.ContainsFunc(LookUp(text), func(m Meaning) bool { return m.Message == want }) {
			t.Errorf("%q leads to %v", text, titles(LookUp(text)))
		}
	}
}
