package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var systemHung = &Check{
	ID:    "system-hung",
	Short: "system crashing",
	Title: "The system runs without crashing",
	Doc: `A device that still misbehaves after a restart, or cannot be restarted, needs a forced restart. This loses no data; the buttons differ by model.

Judged from the names of crash reports: a panic of the system in the last two weeks and after the last good backup is a hint. Only a person can see whether the device is unresponsive.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleForceRestartIPhone, remedies.AppleForceRestartIPad, remedies.FoundingArticle, remedies.RepublicworldRestart, remedies.HoweduRestartIPad},
	Remedies: []remedies.ID{remedies.Restart, remedies.ForceRestart},
	Ask:      `Is the {device} unresponsive, or does the backup still fail after a restart?`,
	Answers:  Answers{Yes: "The device is unresponsive, or the backup still fails after a restart."},
	Judge:    judgeHung,
}

func judgeHung(s device.Snapshot) []Finding {
	panics, period, err := recentCrashes(s, "panic-full")
	if err != nil {
		return judgeForcedRestart(s, unknown(s, "The names of crash reports", err))
	}
	evidence := crashEvidence(s, panics)
	if buttons, known := remedies.Expand("{force-restart}", s.Device); known {
		evidence = append(evidence, readIdentity(s, "To force a restart of this model", buttons, "", "Product Type"))
	}
	if len(panics) > 0 {
		return warning(fmt.Sprintf("%s the system crashed %s.", period, count(len(panics), "time")), evidence...)
	}
	if said, date, fresh := freshBackup(s); fresh {
		return ok(said+", and the system has not crashed since.", append(evidence, date)...)
	}
	return judgeForcedRestart(s, ask("", evidence...))
}

// judgeForcedRestart says that a recorded restart did not help, if so.
func judgeForcedRestart(s device.Snapshot, otherwise []Finding) []Finding {
	last, known := lastRestart(s)
	if !known || !last.didNotHelp() {
		return otherwise
	}
	return preface(fmt.Sprintf("The device was shut down on %s, and an attempt failed again on %s%s.", day(last.at), day(last.since[0].at), last.when()),
		[]Evidence{last.evidence()}, otherwise)
}
