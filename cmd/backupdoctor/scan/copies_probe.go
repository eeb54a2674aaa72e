package scan

import (
	"context"
	"errors"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// probe measures how much room a full backup needs. It starts a backup and reports almost no
// free space, so the device gives up, with the number, before it sends a file.
func (c *copying) probe(ctx context.Context) error {
	empty, err := os.MkdirTemp("", "backupdoctor-plan-")
	if err != nil {
		return explained(err, os.TempDir())
	}
	defer os.RemoveAll(empty)
	folder, err := mobilebackup.OpenFolder(empty)
	if err != nil {
		return explained(err, os.TempDir())
	}
	result, err := c.session(ctx, usb.Backup{Folder: folder, Probe: true})
	c.note(result, err, nil)
	if err := errors.Join(err, folder.Close()); err != nil {
		return err
	}
	const tooLittleRoom = 105
	if result.Code != tooLittleRoom || result.Required == 0 {
		return &refusedBackup{result.Outcome}
	}
	if shelf, err := c.Library.Device(c.snapshot.Device.UDID); err == nil {
		if needed, ok := shelf.Time(result.Required); ok {
			c.copy.FullSeconds = device.Known(needed.Seconds())
		}
		shelf.Close()
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
	copies, _ := c.copiesNow()
	for _, old := range copies {
		folder := backup.Folder{Path: old.Folder, UDID: c.snapshot.Device.UDID}
		b := backup.Read(ctx, folder)
		if locked, err := b.Encrypted.Get(); err != nil || !locked {
			continue
		}
		if keys, err := c.Inspection.Passwords.open(ctx, folder, b); keys == nil && err != nil {
			c.remark("the password does not open the copy of " + day(old.Made) + "; if it was changed on the device since, go on")
		}
		return
	}
	c.Inspection.Passwords.want(ctx, c.snapshot.Device.UDID, c.name())
}
