package device

import (
	"testing"
	"time"
)

func TestParseCrash(t *testing.T) {
	zone := time.FixedZone("", -4*60*60)
	at := time.Date(2026, 11, 20, 7, 12, 15, 0, time.UTC)
	tests := map[string]struct {
		process string // "" if the name is not that of a relevant crash
		at      time.Time
	}{
		"backupd-2026-11-20-031215.ips":              {"backupd", at},
		"backupd-2026-11-20-031215.000.ips":          {"backupd", at},
		"cloudd-2026-11-20-031215.ips.synced":        {"cloudd", at},
		"backupd_2026-11-20-031215_Adas-iPhone.ips":  {"backupd", at},
		"JetsamEvent-2026-11-20-031215.ips":          {"JetsamEvent", at},
		"panic-full-2026-11-20-031215.000.ips":       {"panic-full", at},
		"backupd.cpu_resource-2026-11-20-031215.ips": {},
		"backupdhelper-2026-11-20-031215.ips":        {},
		"ExcUserFault_backupd-2026-11-20-031215.ips": {},
		"SiriSearchFeedback-2026-11-20-031215.ips":   {},
		"backupd-2026-13-20-031215.ips":              {},
		"backupd-2026-11-20-0312151.ips":             {},
		"backupd-2026-11-20":                         {},
		"backupd":                                    {},
		"":                                           {},
		"akd-2026-11-20-031215":                      {"akd", at},
	}
	for name, want := range tests {
		got, ok := ParseCrash(name, zone)
		if ok != (want.process != "") || got.Process != want.process || !got.At.Equal(want.at) {
			t.Errorf("%q: %v, %v; want %v", name, got, ok, want)
		}
	}
}
