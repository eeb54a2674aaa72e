package checks

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// crashesCount is how long a crash counts.
const crashesCount = 14 * 24 * time.Hour

// recentCrashes returns the crashes of some processes that may affect the next backup: those of
// the last two weeks and, if its date is known, after the last good backup. period describes
// which, in words.
func recentCrashes(s device.Snapshot, processes ...string) (recent []device.Crash, period string, err error) {
	crashes, unread := live(s).Crashes.Get()
	if silent(unread) {
		// A crash listed in a sysdiagnose archive happened; an empty list proves nothing.
		crashes, _, _ = recall(s, func(h device.History) device.Fact[[]device.Crash] { return h.Crashes })
	}
	since, period := s.TakenAt.Add(-crashesCount), "In the last two weeks"
	if at, _, err := lastBackup(s); err == nil && at.After(since) {
		since, period = at, "Since the last good backup"
	}
	for _, crash := range crashes {
		if slices.Contains(processes, crash.Process) && crash.At.After(since) {
			recent = append(recent, crash)
		}
	}
	if len(recent) == 0 && unread != nil {
		return nil, "", unread
	}
	return recent, period, nil
}

// crashEvidence returns one line per process, with the time of its latest crash.
func crashEvidence(s device.Snapshot, crashes []device.Crash) []Evidence {
	latest := map[string]time.Time{}
	times := map[string]int{}
	var processes []string
	for _, crash := range crashes {
		if times[crash.Process] == 0 {
			processes = append(processes, crash.Process)
		}
		times[crash.Process]++
		if crash.At.After(latest[crash.Process]) {
			latest[crash.Process] = crash.At
		}
	}
	slices.Sort(processes)
	var evidence []Evidence
	for _, process := range processes {
		evidence = append(evidence, read(s, process, count(times[process], "report")+", latest "+moment(latest[process]), "none", "names of crash reports"))
	}
	return evidence
}
