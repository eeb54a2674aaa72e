package backup

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// ErrNotEncrypted is returned by [Unlock] if the backup needs no password.
var ErrNotEncrypted = errors.New("the backup is not encrypted")

// Unlock derives the keys of an encrypted backup from its password, which takes a second or two
// since iOS 10.2. Errors are those of package keybag, ErrNotEncrypted, or a device.Reason if
// Manifest.plist could not be read; keybag.ErrDamaged comes with the keys that did unwrap. The
// password is not kept.
func Unlock(ctx context.Context, folder Folder, password string, progress keybag.Progress) (*keybag.Keys, error) {
	top, err := openTop(folder.Path)
	switch {
	case obstacle(err) != nil:
		return nil, device.ReadFailed
	case err != nil:
		return nil, device.Refused
	}
	defer top.close()
	properties := readProperties(top)
	if properties.err != nil {
		return nil, properties.err
	}
	if encrypted, err := encryption(ctx, folder, top, properties).Get(); err == nil && !encrypted {
		return nil, ErrNotEncrypted
	}
	bag, err := properties.bag()
	if err != nil {
		return nil, err
	}
	keys, err := bag.Unlock(ctx, password, progress)
	if err != nil && !errors.Is(err, keybag.ErrDamaged) {
		return nil, err
	}
	keys.Records = recordKey(ctx, top, folder, password)
	return &keys, err
}

// recordKey returns the key of the records in a Manifest.db of iOS 10.0; nil for other
// versions.
func recordKey(ctx context.Context, top blobDirectory, folder Folder, password string) []byte {
	if info, err := top.lstat(dbName); err != nil || !info.regular {
		return nil
	}
	salt, err := manifest.RecordSalt(ctx, filepath.Join(folder.Path, dbName))
	if err != nil || salt == nil {
		return nil
	}
	return manifest.RecordKey(password, salt)
}
