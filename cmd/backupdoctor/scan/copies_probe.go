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

// probe has the device say how much room a full backup needs. It answers that there is almost
// none, and the device gives up before it sends a file.
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
	c.say("%s: a full backup needs about %s, as the device counts; clones of files are counted in full", c.name(), words.Size(result.Required))
	if free, err := host.FreeBytes(c.Library.Path); err == nil && free <= result.Required {
		c.say("%s: only %s are free", c.name(), words.Size(free))
	}
	return nil
}

// askPassword has the backup password at hand before the copy is begun: without it, the list
// of an encrypted copy cannot be read, and nothing of it proved. It is tried on the newest
// encrypted copy; where it does not fit, its owner may have changed it since.
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
