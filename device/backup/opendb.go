package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// sqliteMagic begins every unencrypted SQLite database.
const sqliteMagic = "SQLite format 3\x00"

// openDB opens a Manifest.db. One that is no SQLite database is encrypted if Manifest.plist
// says that the backup is, and damaged if it does not. Backups of iOS 10.0 and 10.1 are
// encrypted and leave their manifest in clear.
func openDB(ctx context.Context, path string, size int64, p properties, keys *keybag.Keys, hasLog func()) (manifest.Manifest, error) {
	clear, err := isSQLite(path)
	switch {
	case err != nil:
		return nil, err
	case clear:
		if database.HasLog(path) {
			hasLog()
		}
		return manifest.OpenDB(ctx, path)
	case !p.isEncrypted():
		return nil, errors.New("it is no database")
	case size%cbc.BlockSize != 0:
		return nil, fmt.Errorf("it was cut: %d bytes are not a multiple of 16", size)
	case keys == nil:
		return nil, errClosed
	}
	key, err := keys.Unwrap(p.manifestKey)
	if err != nil {
		return nil, fmt.Errorf("its key does not open: %w", err)
	}
	return manifest.OpenEncryptedDB(ctx, path, key)
}

func isSQLite(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	head := make([]byte, len(sqliteMagic))
	if _, err := io.ReadFull(file, head); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return string(head) == sqliteMagic, nil
}
