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
	head, err := headOf(path)
	if err != nil {
		return nil, false, err
	}
	if strings.HasPrefix(string(head), sqliteMagic) {
		m, err := openClearDB(ctx, path, head, size, keys)
		return m, true, err
	}
	m, err = openLockedDB(ctx, path, size, p, keys)
	return m, false, err
}

func openClearDB(ctx context.Context, path string, head []byte, size int64, keys *keybag.Keys) (manifest.Manifest, error) {
	if !database.HasLog(path) && isCut(head, size) {
		return nil, errCut
	}
	var recordKey []byte
	if keys != nil {
		recordKey = keys.Records
	}
	m, err := manifest.OpenDB(ctx, path, recordKey)
	if errors.Is(err, manifest.ErrLocked) {
		return nil, errClosed
	}
	return m, err
}

func openLockedDB(ctx context.Context, path string, size int64, p properties, keys *keybag.Keys) (manifest.Manifest, error) {
	switch {
	case p.kind() == plain:
		return nil, errors.New("it is not a database")
	case !p.isEncrypted():
		return nil, errKeysLost
	case size%cbc.BlockSize != 0:
		return nil, fmt.Errorf("%d bytes are not a multiple of 16, as every encrypted file is", size)
	case keys == nil:
		return nil, errClosed
	case len(p.manifestKey) == 0:
		return nil, errKeysLost
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

// errKeysLost means that the manifest is not plain and that Manifest.plist neither has its key
// nor says that there is none.
var errKeysLost = errors.New("it is not in the clear, and its key is not in Manifest.plist")

// errCut means that a database is truncated. SQLite itself pads a cut page with zeros.
var errCut = errors.New("it is truncated: it is shorter than its header states")

func isCut(head []byte, size int64) bool {
	stated, known := sqliteSize(head)
	return known && uint64(size) < stated
}

// decryptedHead returns the decrypted start of an encrypted file, and its decrypted length.
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

// headOf returns the start of a file, up to the size of a SQLite header.
func headOf(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|database.NonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, sqliteHeadSize)
	n, err := io.ReadFull(file, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // shorter than a header
	}
	return head[:n], err
}

// Sweep removes copies of databases that earlier processes left behind when they were killed.
func Sweep(now time.Time) { database.Sweep(now) }
