package scan

import (
	"context"
	"path"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// sessionLists tells whether a session wrote the lists of a new backup. Those of the copy that it
// was cloned from are in the folder from the start, and say that a backup finished: the earlier one.
type sessionLists struct {
	folder, udid string
	before       string // SnapshotState when the session began; "" if unknown
	status       bool   // Status.plist arrived
	files        bool   // the list of files arrived
}

func listsOf(ctx context.Context, folder, udid string) *sessionLists {
	l := &sessionLists{folder: folder, udid: udid}
	l.before = l.state(ctx)
	return l
}

// note is called with the files that arrive.
func (l *sessionLists) note(files []mobilebackup.Arrival) {
	for _, f := range files {
		switch path.Base(f.Path) {
		case "Status.plist":
			l.status = true
		case "Manifest.db", "Manifest.mbdb":
			l.files = true
		}
	}
}

// finished checks that the session of a device that reports success finished a backup. Its list of files may have arrived in an
// earlier session if that was interrupted while the device was moving or removing files.
func (l *sessionLists) finished(ctx context.Context) error {
	listed := l.files || l.before == "moving" || l.before == "removing"
	switch {
	case l.state(ctx) != "finished":
		return device.CopyUnfinished
	case !l.status || !listed:
		return device.CopyNoLists
	}
	return nil
}

// state returns the SnapshotState of the backup in the folder; "" if it is unknown.
func (l *sessionLists) state(ctx context.Context) string {
	folders, _ := backup.Find(ctx, []backup.Place{{Path: l.folder}})
	for _, f := range folders {
		if state, err := backup.Read(ctx, f).SnapshotState.Get(); device.SameUDID(f.UDID, l.udid) && err == nil {
			return state
		}
	}
	return ""
}
