package checks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var restoreInProgress = &Check{
	ID:    "restore-in-progress",
	Short: "restore in progress",
	Title: "No restore or set-up is still running",
	Doc: `While a device is being set up or is still fetching what it restores, no backup starts. It can take days on a slow network, and an app that waits forever can keep it from finishing.

Judged from what Setup Assistant has recorded, and from whether the device is activated: a device that is not has not finished its set-up. Whether the record of a restore is always cleared at the end is not certain: a recent backup outweighs it, because no backup completes during a restore, and with an older one it is only a hint. Where the device does not report it, a backup on this computer does, as of its date.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleMissingAfterRestore, {Title: "libimobiledevice: the domains of lockdownd (tools/ideviceinfo.c)", URL: "https://github.com/libimobiledevice/libimobiledevice"}},
	Remedies: []remedies.ID{remedies.LetRestoreFinish, remedies.LetDownloadsFinish, remedies.Restart, remedies.ContactAppleSupport},
	Explains: []string{"never-backed-up", "backup-stale", "backup-expired-180-days", "signed-out"},
	Judge:    judgeRestore,
}

func judgeRestore(s device.Snapshot) []Finding {
	setup := live(s).Setup
	done, errDone := setup.Done.Get()
	running, evidence, errState := restoreState(s)
	if unactivated(s) {
		state, _ := live(s).ActivationState.Get()
		return problem("The device is not activated: its set-up is not finished.",
			append(evidence, read(s, "Activation", state, "Activated", "lockdown ActivationState"))...)
	}
	if errDone == nil {
		evidence = append(evidence, read(s, "Setup done", yesNo(done), "yes", "lockdown com.apple.purplebuddy / SetupDone"))
	}
	if said, date, fresh := freshBackup(s); fresh {
		return ok(said+", so no restore was running.", append(evidence, date)...)
	}
	switch {
	case running != "" && hasBackedUp(s):
		return warning(fmt.Sprintf("The device says that a restore is still running (%s), which may be a note left behind: it has backed up before.", running), evidence...)
	case running != "":
		return problem(fmt.Sprintf("The device says that a restore is still running (%s).", running), evidence...)
	case errDone == nil && !done:
		return problem("The set-up of the device is not finished.", evidence...)
	case errDone != nil:
		return judgePastRestore(s, unknown(s, "The state of set-up and restore", unreadOnRecord(s, errDone, pastRestore)))
	case errState != nil:
		return unknown(s, "The state of a restore", errState)
	case unread(live(s).ActivationState):
		return unknown(s, "Whether the device is activated", unreadError(live(s).ActivationState))
	default:
		return ok("Set-up is done and no restore is running.", evidence...)
	}
}

// unactivated reports whether a device has not been activated since it was made or erased.
// Devices in other states run normally, including FactoryActivated, or the state concerns the
// SIM.
func unactivated(s device.Snapshot) bool {
	state, err := live(s).ActivationState.Get()
	return err == nil && (state == "Unactivated" || state == "Deactivated")
}

// unread reports whether a fact was requested but neither provided nor reported as missing.
func unread[T any](f device.Fact[T]) bool { return unreadError(f) != nil }

// unreadError returns why a fact was not provided; nil if it was, or is missing.
func unreadError[T any](f device.Fact[T]) error {
	_, err := f.Get()
	if errors.Is(err, device.Absent) || errors.Is(err, device.NotAsked) {
		return nil
	}
	return err
}

func pastRestore(h device.History) device.Fact[bool] { return h.Restore.Pending }

// judgePastRestore judges the records when the device itself does not answer.
func judgePastRestore(s device.Snapshot, otherwise []Finding) []Finding {
	if found := blamed(s, "restore-in-progress", "met a restore or a set-up under way"); found != nil {
		return found
	}
	pending, r, known := recall(s, pastRestore)
	done, rDone, knownDone := recall(s, func(h device.History) device.Fact[bool] { return h.SetupDone })
	evidence := r.read("Restore pending", yesNo(pending), "no", backupPlist+" / RestoreStateInfo")
	evidenceDone := rDone.read("Setup done", yesNo(done), "yes", "HomeDomain com.apple.purplebuddy.plist / SetupDone")
	switch {
	case known && pending && !superseded(s, r) && backedUpSinceRestore(r.History):
		return r.answer(warning("The record says that a restore is still running, which may be a note left behind: the device has backed up before.", evidence), otherwise)
	case known && pending && !superseded(s, r):
		return r.answer(problem("A restore is still running.", evidence), otherwise)
	case knownDone && !done && !superseded(s, rDone):
		return rDone.answer(problem("The set-up of the device is not finished.", evidenceDone), otherwise)
	case known && knownDone:
		return r.answer(ok("Set-up is done and no restore is running.", evidence, evidenceDone), otherwise)
	default:
		return otherwise
	}
}

// backedUpSinceRestore reports whether a record has a completed iCloud backup that is not older than
// the restore on record, if there is one.
func backedUpSinceRestore(h device.History) bool {
	last, err := h.CloudBackup.Last.Get()
	restored, _ := h.Restore.At.Get()
	return err == nil && !last.Before(restored)
}

// hasBackedUp reports whether any completed iCloud backup is on record, whatever its age.
func hasBackedUp(s device.Snapshot) bool {
	_, err := live(s).CloudBackup.Last.Get()
	return err == nil
}

// restoreState reads the two markers that a restore leaves. running is the one for a restore in
// progress, such as BackgroundRestoringFromiCloudBackup; RestoredFromiTunesBackup and the like
// mark a finished one, and a device that was never restored has neither.
func restoreState(s device.Snapshot) (running string, evidence []Evidence, err error) {
	setup := live(s).Setup
	for _, note := range []struct {
		fact device.Fact[string]
		key  string
	}{
		{setup.RestoreState, "RestoreState"},
		{setup.SetupState, "SetupState"},
	} {
		state, errNote := note.fact.Get()
		switch {
		case errors.Is(errNote, device.Absent):
		case errNote != nil:
			err = errNote
		default:
			evidence = append(evidence, read(s, note.key, device.Token(state), "", "lockdown com.apple.purplebuddy / "+note.key))
			if running == "" && strings.Contains(state, "Restoring") {
				running = device.Token(state)
			}
		}
	}
	return running, evidence, err
}
