package scan

import (
	"cmp"
	"context"
	"path"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// unreadBy returns the files of the device's owner that it could not read in a session, named as the
// newest copy that lists them does. Other files are the device's own working files.
func (c *copying) unreadBy(ctx context.Context, shelf *library.Device, o mobilebackup.Outcome) []device.BackupProblem {
	var unread []device.BackupProblem
	for _, f := range o.Unread {
		if id, ok := manifest.ParseID([]byte(path.Base(f.Path))); ok {
			unread = append(unread, device.BackupProblem{Path: cmp.Or(f.OnDevice, f.Path), FileID: id.String()})
		}
	}
	if len(unread) == 0 {
		return nil
	}
	passwords := &Passwords{Given: c.Inspection.Passwords.known(shelf.UDID), Screen: c.screen} // never asks
	copies, _ := shelf.Copies()                                                                // names are for people: without a copy, the device's own path is used
	for _, known := range copies {
		folder := backup.Folder{Path: known.Folder, UDID: shelf.UDID}
		keys, _ := passwords.open(ctx, folder, backup.Read(ctx, folder))
		backup.NameFiles(ctx, folder, backup.Options{Keys: keys}, unread)
	}
	return unread
}
