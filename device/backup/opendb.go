package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

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
	head, err := headOf(path)
	clear := strings.HasPrefix(string(head), sqliteMagic)
	switch {
	case err != nil:
		return nil, err
	case clear && database.HasLog(path):
		hasLog()
		return manifest.OpenDB(ctx, path)
	case clear && isCut(head, size):
		return nil, errCut
	case clear:
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
	if head, plain, err := decryptedHead(path, size, key); err != nil {
		return nil, err
	} else if isCut(head, plain) {
		return nil, errCut
	}
	return manifest.OpenEncryptedDB(ctx, path, key)
}

// errCut is a database without its end. SQLite itself fills up a cut page with zeros.
var errCut = errors.New("it was cut: it is shorter than its header states")

func isCut(head []byte, size int64) bool {
	stated, known := sqliteSize(head)
	return known && uint64(size) < stated
}

// decryptedHead is the beginning of an encrypted file in clear, and how long all of it is.
func decryptedHead(path string, size int64, key []byte) (head []byte, length int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	plain, err := cbc.NewReaderAt(file, size, key)
	if err != nil {
		return nil, 0, err
	}
	head, err = io.ReadAll(io.NewSectionReader(plain, 0, sqliteHeadSize))
	return head, plain.Size(), err
}

// headOf is the beginning of a file, as much as a SQLite header has.
func headOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, sqliteHeadSize))
}
