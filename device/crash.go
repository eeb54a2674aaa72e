package device

import (
	"strings"
	"time"
)

// crashProcesses are the processes whose crash can end a backup. JetsamEvent is the
// system's report of killing processes because of low memory.
var crashProcesses = []string{"backupd", "cloudd", "bird", "accountsd", "akd", "JetsamEvent", "panic-full"}

// ParseCrash parses the name of a crash report, such as backupd-2026-11-20-031215.ips,
// whose time is in the device's time zone. It returns false for reports of processes
// unrelated to backups, and for reports that are not about a crash, such as
// backupd.cpu_resource-….
func ParseCrash(name string, zone *time.Location) (Crash, bool) {
	const layout = "2006-01-02-150405"
	for _, process := range crashProcesses {
		rest, found := strings.CutPrefix(name, process)
		if !found || len(rest) < 1+len(layout) || (rest[0] != '-' && rest[0] != '_') {
			continue
		}
		at, err := time.ParseInLocation(layout, rest[1:1+len(layout)], zone)
		if err != nil {
			continue
		}
		if end := rest[1+len(layout):]; end != "" && !strings.ContainsRune(".-_", rune(end[0])) {
			continue
		}
		return Crash{Process: process, At: at.UTC()}, true
	}
	return Crash{}, false
}
