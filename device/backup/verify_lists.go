package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// How many seconds may be between the dates of Status.plist and Manifest.plist: no backup is known
// to take two days.
const (
	secondsPerDay = 24 * 60 * 60
	mayBeApart    = 2 * secondsPerDay
)

// isCrafted recognizes folders made by tools that restore settings: a backup dated 1970 without
// an identifier of its own.
func (v *verification) isCrafted() bool {
	date, err := v.status.date.Get()
	return err == nil && date.Unix() == 0 && v.status.uuid != "" && strings.Trim(v.status.uuid, "0-") == ""
}

// unseen returns the mode for a list that was not read for a reason that says nothing about
// it; nil for other errors.
func unseen(err error) *Mode {
	switch {
	case errors.Is(err, errLink):
		return linked
	case errors.Is(err, device.Refused), errors.Is(err, fs.ErrPermission):
		return noPermission
	default:
		return obstacle(err)
	}
}

func (v *verification) judgeStatus() {
	state, err := v.status.snapshot.Get()
	switch {
	case errors.Is(v.status.err, device.Absent) && v.isInCloud(statusName):
		v.leaveOpen(device.StatementState, cloudPlaceholder, statusName)
	case errors.Is(v.status.err, device.Absent):
		v.refute(device.StatementState, statusMissing, "")
	case unseen(v.status.err) != nil:
		v.leaveOpen(device.StatementState, unseen(v.status.err), statusName)
	case v.status.err != nil:
		v.refute(device.StatementState, statusUnreadable, wordsOf(v.status.err))
	case err != nil:
		v.refute(device.StatementState, statusUnreadable, "SnapshotState: "+wordsOf(err))
	case state == stateUploading:
		v.refute(device.StatementState, interruptedUpload, "")
	case state == stateMoving:
		v.refute(device.StatementState, interruptedMove, "")
	case state == stateRemoving:
		v.faults.add(interruptedCleanup, "")
		v.statements.show(device.StatementState)
	case state != stateFinished:
		v.refute(device.StatementState, statusUnreadable, fmt.Sprintf("SnapshotState is %q, which no device writes", short(state)))
	default:
		v.statements.show(device.StatementState)
		if v.exists(snapshotName) {
			v.faults.add(snapshotLeft, "")
		}
	}
}

func (v *verification) judgeProperties() {
	switch {
	case errors.Is(v.properties.err, device.Absent) && v.isInCloud(propertiesName):
		v.loseProperties(cloudPlaceholder, propertiesName)
	case unseen(v.properties.err) != nil:
		v.loseProperties(unseen(v.properties.err), propertiesName)
	case v.properties.err != nil:
		v.loseProperties(propertiesUnreadable, wordsOf(v.properties.err))
	}
}

// judgeKeybag checks whether the keys to an encrypted backup are present.
func (v *verification) judgeKeybag() {
	v.faults.add(encrypted, "")
	bag, err := v.properties.bag()
	switch {
	case err != nil:
		v.refute(device.StatementPadding, keybagInconsistent, wordsOf(err))
	case len(bag.FirstSalt) > 0 && len(v.properties.manifestKey) == 0 && v.exists(dbName):
		v.refute(device.StatementPadding, keybagInconsistent, "no ManifestKey")
	case errors.Is(v.options.Locked, keybag.ErrDamaged):
		v.refute(device.StatementPadding, keybagInconsistent, v.options.Locked.Error())
	}
	if err == nil {
		v.classes = bag.PasswordClasses()
	}
}

// loseProperties records that Manifest.plist is unavailable. What that leaves open is settled
// once the list of files is read.
func (v *verification) loseProperties(mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.lost = mode
}

func (v *verification) judgeInfo() {
	switch {
	case v.info.err == nil && !v.info.empty:
		v.statements.show(device.StatementInfo)
	case errors.Is(v.info.err, device.Absent) && v.isInCloud(infoName):
		v.leaveOpen(device.StatementInfo, cloudPlaceholder, infoName)
	case unseen(v.info.err) != nil:
		v.leaveOpen(device.StatementInfo, unseen(v.info.err), infoName)
	case v.info.empty:
		v.refute(device.StatementInfo, infoMissing, "it has none of the keys that backup programs write")
	default:
		v.refute(device.StatementInfo, infoMissing, wordsOf(v.info.err))
	}
}

// judgeIdentity compares the identity in the folder's name, Info.plist and Manifest.plist. A
// different version is not a fault: the device was updated between two runs.
func (v *verification) judgeIdentity() {
	said, recorded := v.info.identity, v.properties.identity
	saidType, _ := said.ProductType.Get()
	recordedType, _ := recorded.ProductType.Get()
	differ := func(one, other string) bool { return one != "" && other != "" && !strings.EqualFold(one, other) }
	switch udid := identity(v.folder, v.info, v.properties).UDID; {
	case differ(said.UDID, recorded.UDID):
		v.leaveOpen(device.StatementDevice, identityMismatch, "")
		return
	case differ(v.info.serial, v.properties.serial):
		v.leaveOpen(device.StatementDevice, identityMismatch, "their serial numbers differ")
		return
	case differ(saidType, recordedType):
		v.leaveOpen(device.StatementDevice, identityMismatch, "their product types differ")
		return
	case said.UDID+recorded.UDID != "" && v.folder.UDID != udid:
		v.faults.add(folderMisnamed, "")
	}
	v.statements.show(device.StatementDevice)
}

func (v *verification) judgeAge() {
	date, err := either(v.status.date, v.info.date).Get()
	if err != nil || v.options.Now.IsZero() {
		return
	}
	switch age := v.options.Now.Sub(date); {
	case age > oldAfter: // at most 292 years, and a date may be that of year 1
		v.faults.add(old, fmt.Sprintf("%d days", (v.options.Now.Unix()-date.Unix())/secondsPerDay))
	case age < -mayBeAhead:
		v.faults.add(datedAhead, "")
	}
}

// judgeDates looks for a Status.plist or Manifest.plist of another backup: a device writes both in
// one run. Nothing else ties the state of a backup to its list of files.
func (v *verification) judgeDates() {
	finished, err := v.status.date.Get()
	listed, errListed := v.properties.date.Get()
	if err != nil || errListed != nil {
		return
	}
	if apart := max(finished.Unix(), listed.Unix()) - min(finished.Unix(), listed.Unix()); apart > mayBeApart {
		v.faults.add(datesApart, fmt.Sprintf("%d days", apart/secondsPerDay))
	}
}

func (v *verification) judgeDisk(free uint64, err error) {
	if err == nil && free < leastFree {
		v.faults.add(littleSpace, fmt.Sprintf("%d MB are free", free/1_000_000))
	}
}
