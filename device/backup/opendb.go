package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// sqliteMagic is the start of every unencrypted SQLite database.
const sqliteMagic = "SQLite format 3\x00"

// openDB opens a Manifest.db, and reports whether it is unencrypted. If it is not a SQLite
// database, it is encrypted if Manifest.plist says so, damaged if Manifest.plist says
// otherwise, and undecidable if Manifest.plist is lost. Backups of iOS 10.0 and 10.1 are
// encrypted but leave their manifest unencrypted.
func openDB(ctx context.Context, path string, size int64, p properties, keys *keybag.Keys) (m manifest.Manifest, clear bool, err error) {
	file, err := os.OpenFile(path, os.O_RDONLY|database.NonBlocking, 0)
	if err != nil {
		return nil, false, err
	}
	head, err := headOf(file)
	switch clear = strings.HasPrefix(string(head), sqliteMagic); {
	case err != nil:
	case clear:
		m, err = openClearDB(ctx, file, head, size, keys)
	default:
		m, err = openLockedDB(ctx, file, size, p, keys)
	}
	if m == nil {
		file.Close() // it may be closed already
	}
	return m, clear, err
}

func openClearDB(ctx context.Context, file *os.File, head []byte, size int64, keys *keybag.Keys) (manifest.Manifest, error) {
	if isCut(head, size) && !database.HasLog(file.Name()) {
		return nil, errCut
	}
	var recordKey []byte
	if keys != nil {
		recordKey = keys.Records
	}
	m, err := manifest.OpenDB(ctx, file, recordKey)
	if errors.Is(err, manifest.ErrLocked) {
		return nil, errClosed
	}
	return m, err
}

func openLockedDB(ctx context.Context, file *os.File, size int64, p properties, keys *keybag.Keys) (manifest.Manifest, error) {
	switch {
	case p.kind() == plain:
		return nil, errNoDatabase
	case !p.isEncrypted():
		return nil, errKeysLost
	case p.hasClearList():
		return nil, errNoDatabase
	case size%cbc.BlockSize != 0:
		return nil, fmt.Errorf("%s not a multiple of 16, as every encrypted file is", counted(size, "byte is", "bytes are"))
	case keys == nil:
		return nil, errClosed
	case len(p.manifestKey) == 0:
		return nil, errKeysLost
	}
	key, err := keys.Unwrap(p.manifestKey)
	if err != nil {
		return nil, fmt.Errorf("its key does not open: %w", err)
	}
	plain, err := cbc.NewReaderAt(file, size, key)
	if err != nil {
		return nil, err
	}
	if head, err := headOf(plain); err != nil {
		return nil, err
	} else if isCut(head, plain.Size()) {
		return nil, errCut
	}
	return manifest.OpenEncryptedDB(ctx, file, key)
}

var errNoDatabase = errors.New("it is not a database")

// errKeysLost means that the manifest is not plain and that Manifest.plist neither has its key
// nor says that there is none.
var errKeysLost = errors.New("it is not in the clear, and its key is not in Manifest.plist")

// errCut means that a database is truncated. SQLite itself pads a cut page with zeros.
var errCut = errors.New("it is truncated: it is shorter than its header states")

func isCut(head []byte, size int64) bool {
	stated, known := sqliteSize(head)
	return known && uint64(size) < stated
}

// headOf returns the start of a file, up to the size of a SQLite header.
func headOf(file io.ReaderAt) ([]byte, error) {
	head := make([]byte, sqliteHeadSize)
	n, err := file.ReadAt(head, 0)
	if errors.Is(err, io.EOF) {
		err = nil // shorter than a header
	}
	return head[:n], err
}

// Sweep removes copies of databases that earlier processes left behind when they were killed.
func Sweep(now time.Time) { database.Sweep(now) }
