package backup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// lookAtTop judges the property lists of a folder whose files have these marks, and reports whether
// its files are worth checking.
func (v *verification) lookAtTop(marks marks) bool {
	v.dbSize = marks.of(dbName).size
	v.status, v.info, v.properties = v.lists(marks)
	switch {
	case v.isCrafted():
		v.refute(device.StatementLayout, crafted, "")
		return false
	case v.hasOldLayout():
		v.leaveOpen(device.StatementLayout, layoutUnread, "the one of iOS 2 and 3, with files named .mdinfo and .mddata")
		return false
	case v.isUnknownVersion():
		version, _ := v.properties.version.Get()
		v.leaveOpen(device.StatementLayout, layoutUnread, fmt.Sprintf("Version %q in Manifest.plist", short(version)))
		return false
	case v.neverFinished():
		v.refute(device.StatementState, interruptedFirst, "")
		return false
	}
	v.statements.show(device.StatementLayout)
	v.judgeStatus()
	v.judgeProperties()
	v.judgeInfo()
	v.judgeIdentity()
	v.judgeAge()
	v.judgeDates()
	v.judgeDisk(host.FreeBytes(v.folder.Path))
	return true
}

// lstat stats a top-level file or folder. Most that are looked for are absent, which the list of
// names shows without a system call for each. Some systems ignore the case of names.
func (v *verification) lstat(name string) (blobInfo, error) {
	names, err := v.names()
	if err == nil && len(names) < maxFolders && !slices.ContainsFunc(names, func(is string) bool { return strings.EqualFold(is, name) }) {
		return blobInfo{}, fs.ErrNotExist
	}
	return v.top.lstat(name)
}

// exists reports whether there is a top-level file or folder of this name.
func (v *verification) exists(name string) bool {
	_, err := v.lstat(name)
	return err == nil
}

// isInCloud reports whether a cloud drive left a placeholder for a top-level file.
func (v *verification) isInCloud(name string) bool { return v.exists("." + name + ".icloud") }

// neverFinished reports whether this is an interrupted first backup: its files are still in
// Snapshot, and there is no earlier backup.
func (v *verification) neverFinished() bool {
	state, _ := v.status.snapshot.Get()
	if !errors.Is(v.status.err, device.Absent) && state != stateUploading {
		return false
	}
	for _, name := range []string{propertiesName, dbName, mbdbName} {
		if v.exists(name) || v.isInCloud(name) {
			return false
		}
	}
	names, err := v.names()
	return err == nil && !v.isInCloud(statusName) && !slices.ContainsFunc(names, isOfBackup)
}

// names returns the top-level names, up to maxFolders. They are read only once: if they change
// after that, so do the marks.
func (v *verification) names() ([]string, error) {
	v.inTop.once.Do(func() {
		if v.inTop.names, v.inTop.err = v.top.names(maxFolders); errors.Is(v.inTop.err, io.EOF) {
			v.inTop.err = nil
		}
	})
	return v.inTop.names, v.inTop.err
}

// isOfBackup reports whether a top-level name is that of a stored file or of a folder of stored
// files.
func isOfBackup(name string) bool {
	if len(name) == 2 {
		name = strings.Repeat(name, 20)
	}
	_, ok := manifest.ParseID([]byte(name))
	return ok
}

// hasOldLayout recognizes backups of iOS 2 and 3 by their file names.
func (v *verification) hasOldLayout() bool {
	if v.exists(dbName) || v.exists(mbdbName) {
		return false
	}
	names, err := v.names()
	return err == nil && slices.ContainsFunc(names, func(name string) bool {
		id, extension, _ := strings.Cut(name, ".")
		_, isID := manifest.ParseID([]byte(strings.ToLower(id)))
		return isID && (extension == "mdinfo" || extension == "mddata" || extension == "mdbackup")
	})
}

// isUnknownVersion reports whether Manifest.plist is newer than the last known version.
func (v *verification) isUnknownVersion() bool {
	text, err := v.properties.version.Get()
	if err != nil {
		return false
	}
	version, err := strconv.ParseFloat(text, 64)
	return err == nil && version >= 11
}
