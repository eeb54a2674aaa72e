package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var transientGlitch = &Check{
	ID:    "transient-glitch",
	Short: "fault without a named cause",
	Title: "No passing software fault keeps backups from completing",
	Doc: `A stuck process, or a leftover of an earlier attempt, can keep a backup from completing until the device is restarted.

Judged from the names of crash reports on the device: one of backupd, cloudd, bird, accountsd or akd, in the last two weeks and after the last good backup, is a hint; crashes of backupd itself on three days or more are a problem, which a single app can cause, especially one that is not from the App Store. Attempts that failed, or began and never ended, are reported here if no other check has a cause for them, whatever their code. The absence of crash reports shows nothing, because a failing backup seldom crashes anything. How long the device has been running cannot be read over a cable; a sysdiagnose tells when it was shut down in an orderly way, and an attempt that failed before and after that is not a fault that a restart clears.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.FoundingArticle, remedies.ImobiledeviceStaleCopy},
	Remedies: []remedies.ID{remedies.Restart, remedies.UnlockWithPasscode, remedies.BackUpNow},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      `Has the {device} been restarted since the backups began to fail?`,
	Answers:  Answers{No: "The device has not been restarted since its backups began to fail."},
	Judge:    judgeGlitch,
}

// loopNights is on how many days backupd must crash for it to be a loop.
const loopNights = 3

// crashLoop reports whether backupd itself crashes night after night, which is not a passing
// fault.
func crashLoop(crashes []device.Crash) bool {
	nights := map[string]bool{}
	for _, crash := range crashes {
		if crash.Process == "backupd" {
			nights[day(crash.At)] = true
		}
	}
	return len(nights) >= loopNights
}

func judgeGlitch(s device.Snapshot) []Finding {
	crashes, period, err := recentCrashes(s, "backupd", "cloudd", "bird", "accountsd", "akd")
	if err != nil {
		return judgeRestart(s, unknown(s, "The names of crash reports", err))
	}
	if len(crashes) > 0 {
		evidence := crashEvidence(s, crashes)
		var processes []string
		for _, e := range evidence {
			processes = append(processes, e.Key)
		}
		summary := fmt.Sprintf("%s the device wrote %s of %s.", period, count(len(crashes), "crash report"), strings.Join(processes, ", "))
		if crashLoop(crashes) {
			found := problem(summary, evidence...)
			found[0].Remedies = []remedies.ID{remedies.Restart, remedies.UpdateApp, remedies.UpdateSoftware, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.ContactAppleSupport}
			return found
		}
		return warning(summary, evidence...)
	}
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", and no process it needs has crashed since.", evidence)
	}
	return judgeRestart(s, ask("", read(s, "Crash reports of processes that backups need", "none", "none", "names of crash reports")))
}
