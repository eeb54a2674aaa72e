package scan

import (
	"context"
	"errors"
	"os"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// probe measures how much room a full backup needs. It starts a backup and reports almost no
// free space, so the device gives up, with the number, before it sends a file.
func (c *copying) probe(ctx context.Context) error {
	empty, err := os.MkdirTemp("", "backupdoctor-plan-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(empty)
	folder, err := mobilebackup.OpenFolder(empty)
	if err != nil {
		return err
	}
	result, err := c.session(ctx, usb.Backup{Folder: folder, Probe: true})
	if err := errors.Join(err, folder.Close()); err != nil {
		return err
	}
	const tooLittleRoom = 105
	if result.Code != tooLittleRoom || result.Required == 0 {
		return &refusedBackup{result.Outcome}
	}
	c.needed = result.Required
	c.say("%s: a full backup needs about %s, as the device counts; clones of files are counted in full", c.name(), words.Size(result.Required))
	if shelf, err := c.Library.Device(c.snapshot.Device.UDID); err == nil {
		if needed, ok := shelf.Time(result.Required); ok {
			c.say("%s: at the speed of the last copy it takes %s", c.name(), words.Duration(needed))
		}
		shelf.Close()
	}
	if free, err := host.FreeBytes(c.Library.Path); err == nil && free <= result.Required {
		c.say("%s: only %s are free", c.name(), words.Size(free))
	}
	return nil
}

// askPassword makes sure that the backup password is known before the copy starts: without it,
// the file list of an encrypted copy cannot be read, and nothing proved. The password is tried
// on the newest encrypted copy; if it fails, it may have been changed on the device since.
func (c *copying) askPassword(ctx context.Context) {
	encrypted, err := c.snapshot.Live.ComputerBackup.WillEncrypt.Get()
	if err != nil || !encrypted {
		return
	}
	for _, old := range c.copiesNow() {
		folder := backup.Folder{Path: old.Folder, UDID: c.snapshot.Device.UDID}
		b := backup.Read(ctx, folder)
		if locked, err := b.Encrypted.Get(); err != nil || !locked {
			continue
		}
		if keys, err := c.Inspection.Passwords.open(ctx, folder, b); keys == nil && err != nil {
			c.say("%s: the password does not open the copy of %s; if it was changed on the device since, go on", c.name(), day(old.Made))
		}
		return
	}
	c.Inspection.Passwords.want(ctx, c.snapshot.Device.UDID, c.name())
}
