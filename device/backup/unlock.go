package backup

import (
	"context"
	"errors"
	"os"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// ErrNotEncrypted is an answer of [Unlock]: the backup needs no password.
var ErrNotEncrypted = errors.New("the backup is not encrypted")

// Unlock derives the keys of an encrypted backup from its password, which takes a second
// or two since iOS 10.2. Errors are those of package keybag, ErrNotEncrypted, or a
// device.Reason if Manifest.plist could not be read; beside keybag.ErrDamaged the keys
// that did open are answered, too. The password is not kept.
func Unlock(ctx context.Context, folder Folder, password string, progress keybag.Progress) (*keybag.Keys, error) {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return nil, device.Refused
	}
	defer root.Close()
	properties := readProperties(root)
	if properties.err != nil {
		return nil, properties.err
	}
	if !properties.isEncrypted() {
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
	return &keys, err
}
