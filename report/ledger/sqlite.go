package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	sqlite3 "modernc.org/sqlite/lib"
)

// hubFile identifies a SQLite file of a hub.
var hubFile = kind{file.Kind{Noun: "database", AppID: file.HubID}}

// safe are the settings of every connection to a file, which may come from an untrusted source.
var safe = []string{"trusted_schema(OFF)", "cell_size_check(ON)"}

// largeCache is the cache size for the database of a fleet. Each of maxConns connections has one of
// its own; the file system caches the rest of the file for all of them.
const largeCache = "cache_size(-8192)"

// connectSQLite opens a file, or creates it with access for this user only. It returns ErrForeign
// for a file of another program, which it leaves unchanged.
func connectSQLite(ctx context.Context, path string, toRead bool) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	what, err := hubFile.Identify(path)
	if err != nil {
		return nil, err
	}
	if toRead {
		if what != file.Ours {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return connectToRead(ctx, path)
	}
	if what != file.Ours {
		if err := begin(ctx, path); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", withSettings(path, url.Values{
		"_txlock":       {"immediate"},
		"_busy_timeout": {"30000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_pragma":       append([]string{largeCache}, safe...),
	}))
	if err != nil {
		return nil, err
	}
	if err := patiently(ctx, func() error { return db.PingContext(ctx) }); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// busyFor is how long to wait while another program has a file locked.
const busyFor = 30 * time.Second

// patiently retries a step while the file is locked. SQLite itself does not wait when two programs
// create a file, or both switch it to WAL mode.
func patiently(ctx context.Context, step func() error) error {
	for deadline := time.Now().Add(busyFor); ; {
		err := step()
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func isBusy(err error) bool { return codeOf(err) == sqlite3.SQLITE_BUSY }

func withSettings(path string, settings url.Values) string {
	return file.Address(path) + "?" + settings.Encode()
}

// begin creates a file and marks it as ours before anything else is written: a hub killed at that
// point leaves a file that is empty or ours.
func begin(ctx context.Context, path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", withSettings(path, url.Values{"_busy_timeout": {"30000"}}))
	if err != nil {
		return err
	}
	err = patiently(ctx, func() error {
		_, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", hubFile.AppID))
		return err
	})
	return errors.Join(err, db.Close())
}

// connectToRead opens a file and changes nothing on disk, neither the file nor its log.
func connectToRead(ctx context.Context, path string) (*sql.DB, error) {
	var db *sql.DB
	err := hubFile.eachAddressToRead(path, func(address string) (err error) {
		if db, err = sql.Open("sqlite", address); err != nil {
			return err
		}
		if _, err = db.ExecContext(ctx, "SELECT count(*) FROM sqlite_schema"); err != nil {
			db.Close() // it could not even be opened
		}
		return err
	})
	return db, err
}

// eachAddressToRead tries the ways to open a file for reading, until one succeeds or fails for a
// reason other than missing write permission. A log is read too; it may be in use by another
// process, or left by a killed one. Without a log, SQLite creates an empty one while the file is
// open and removes it again; if the folder is not writable, no other process writes there either.
// With a log, that way is not open: what is in the log would be missing.
func (k kind) eachAddressToRead(path string, open func(address string) error) error {
	settings := func(mode string) url.Values {
		return url.Values{"mode": {mode}, "_busy_timeout": {"30000"}, "_pragma": append([]string{"query_only(ON)", largeCache}, safe...)}
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		err := open(withSettings(path, settings("ro")))
		if isDenied(err) && tooManyOpen() == nil {
			return k.whyNoLog(path, err)
		}
		return err
	}
	err := open(withSettings(path, settings("rw")))
	if isDenied(err) {
		immutable := settings("ro")
		immutable.Set("immutable", "1")
		return open(withSettings(path, immutable))
	}
	return err
}

// whyNoLog returns why a file with a log could not be opened, if it can be found out.
func (k kind) whyNoLog(path string, err error) error {
	log, failed := os.Open(path + "-wal")
	if failed != nil {
		return k.Unreadable(failed)
	}
	log.Close()
	if index, _ := stat(path + "-shm"); index == nil {
		return k.is(ErrLog)
	}
	return err
}

// isDenied reports whether SQLite could not open a file or write to it.
func isDenied(err error) bool {
	switch codeOf(err) {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return true
	}
	return false
}
