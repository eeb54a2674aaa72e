package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// kind is what a history is known by.
var kind = file.Kind{Noun: "history", AppID: uint32(schema.AppID), Tables: []string{"runs", "devices", "findings", "details"}}

// maxValue is the longest text or blob that SQLite may hand over. It also bounds a row.
const maxValue = 16 << 20

// leastSize is that of the smallest page, and so of the smallest database.
const leastSize = 512

// settle makes the folder of a history, for this user alone, and follows the links to the
// file itself, beside which SQLite keeps its log.
func settle(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := kind.CheckLinks(path); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("the folder of the history cannot be made: %w", err)
	}
	return resolve(path)
}

// resolve follows the links in a path, whose last part need not exist.
func resolve(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if !isMissing(err) {
		return resolved, err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return filepath.Join(folder, filepath.Base(path)), err
}

// makeFile makes an empty file that only this user may read, unless there is one. One that is
// there is not opened: to close it again would drop the locks that this process has on it.
func makeFile(path string) error {
	made, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return made.Close()
}

// connect opens a history that is there. The check of it is a cheap one, since a full one
// takes seconds for a large file: the schema is ours, and the ends of the tables, where the
// next run is added, can be read. What is broken elsewhere shows when it is used.
func connect(ctx context.Context, path string) (*sqlite.Conn, error) {
	if err := checkSize(path); err != nil {
		return nil, err
	}
	return prepared(ctx, path, sqlite.OpenReadWrite, func(conn *sqlite.Conn) error {
		version, err := checkedVersion(conn)
		if err != nil {
			return err
		}
		return upgrade(ctx, conn, version)
	})
}

func checkSize(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() < leastSize { // to SQLite as good as new, whatever was in it
		return fmt.Errorf("%w: it has %d bytes", errBroken, info.Size())
	}
	return err
}

// checkedVersion is the version of a history whose tables are there.
func checkedVersion(conn *sqlite.Conn) (version int, err error) {
	err = transact(conn, reading, func(conn *sqlite.Conn) (err error) { // as another process may upgrade it
		if version, err = versionOf(conn); err != nil {
			return err
		}
		return checkTables(conn, version)
	})
	return version, err
}

// connectReading opens a history and changes nothing on the disk: neither the file nor its
// log, which another process may be writing or a killed one may have left.
//
// Without a log, SQLite makes an empty one while the file is open and removes it again.
// Where the folder cannot be written, no other process of this user writes there either.
func connectReading(ctx context.Context, path string) (*sqlite.Conn, error) {
	if err := checkSize(path); err != nil {
		return nil, err
	}
	ready := func(conn *sqlite.Conn) error {
		if err := sqlitex.ExecuteTransient(conn, "PRAGMA query_only=ON", nil); err != nil {
			return err
		}
		version, err := checkedVersion(conn)
		if err == nil && version < len(schema.Migrations) {
			err = ErrOlder
		}
		return err
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return prepared(ctx, path, sqlite.OpenReadOnly, ready)
	}
	conn, err := prepared(ctx, path, sqlite.OpenReadWrite, ready)
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCantOpen, sqlite.ResultReadOnly, sqlite.ResultPerm:
		return prepared(ctx, file.Immutable(path), sqlite.OpenReadOnly|sqlite.OpenURI, ready)
	}
	return conn, err
}

// marking is the first that is written to a history. A transaction that began with IMMEDIATE
// would be too late for auto_vacuum.
var marking = fmt.Sprintf("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=%d;", schema.AppID)

// create makes a history where there is no file, or an empty one. The log is turned on last:
// a process that is killed before leaves a file that is empty, once SQLite has rolled it back,
// or that has our application id.
func create(ctx context.Context, path string) (*sqlite.Conn, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	conn, err := prepared(ctx, path, sqlite.OpenReadWrite, func(conn *sqlite.Conn) error {
		// auto_vacuum, so that what is freed can be given back a little at a time: VACUUM
		// would keep all others waiting, and needs as much room again. In one transaction, so
		// that no other process finds a file without our application id.
		if err := sqlitex.ExecuteScript(conn, marking, nil); err != nil {
			return err
		}
		return upgrade(ctx, conn, 0)
	})
	if err != nil {
		return nil, errors.Join(err, remove(path))
	}
	return conn, nil
}

// remove takes a history away that was not begun after all.
func remove(path string) error {
	for _, part := range parts(path) {
		if err := os.Remove(part); err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

// parts are the files of a history. The log comes first: without the file it could still be
// told whose it is, but SQLite deletes a log that it finds beside a new file.
func parts(path string) []string { return []string{path + "-wal", path + "-shm", path} }

// prepared opens a connection and sets it up.
//
// synchronous=NORMAL: a commit is in the log, and so outlives the process, but is not forced
// to the disk. Finish does that, once for the whole run.
func prepared(ctx context.Context, path string, flags sqlite.OpenFlags, ready func(*sqlite.Conn) error) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	conn.SetInterrupt(ctx.Done())
	conn.Limit(sqlite.LimitLength, maxValue)
	for _, pragma := range []string{
		"trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY",
		"foreign_keys=ON", "synchronous=NORMAL",
		"fullfsync=ON", // or a Mac tells that it is on the disk before it is
	} {
		if err := sqlitex.ExecuteTransient(conn, "PRAGMA "+pragma, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if err := ready(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	conn.SetInterrupt(nil)
	return conn, nil
}
