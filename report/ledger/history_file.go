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
	"slices"
	"strings"
)

// leastSize is the size of the smallest SQLite page, and so of the smallest database.
const leastSize = 512

// settle creates the folder of a history, with access for this user only, and resolves links to the
// file itself, where SQLite keeps its log.
func settle(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := historyFile.CheckLinks(path); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("the folder of the history cannot be made: %w", err)
	}
	return resolve(path)
}

// resolve resolves the links in a path whose last part need not exist.
func resolve(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if !isMissing(err) {
		return resolved, err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return filepath.Join(folder, filepath.Base(path)), err
}

// makeFile creates an empty file that only this user may read, unless it exists. An existing file
// is not opened: closing it would drop the locks that this process has on it.
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

// historySettings are the settings of a writing connection. WAL mode is not set here, but after the
// file is known to be ours.
//
// With synchronous=NORMAL, a commit is written to the log and so survives the process, but is not
// forced to disk. Finish does that once for the whole run. Without fullfsync, a Mac reports data as
// written before it is on disk.
var historySettings = url.Values{
	"mode": {"rw"}, "_busy_timeout": {"30000"},
	"_pragma": append([]string{"temp_store(MEMORY)", "synchronous(NORMAL)", "fullfsync(ON)"}, safe...),
}

// openHistory opens an existing history. It checks only cheaply, since a full check of a large file
// takes seconds: the tables must be ours, and their ends, where the next run is added, must be
// readable. Damage elsewhere is found on use.
func openHistory(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	if err := checkSize(path); err != nil {
		return nil, nil, err
	}
	return connection(ctx, withSettings(path, historySettings), func(conn *sql.Conn) error {
		err := checkTables(ctx, conn)
		if errors.Is(err, ErrOlder) && !errors.Is(err, ErrOldForm) {
			err = transact(ctx, conn, writing, func(tx transaction) error { return historyFile.migrate(ctx, tx, sqliteEngine) })
		}
		if err != nil {
			return err
		}
		// If nothing has to change, nothing is written: a history can be read while the disk is
		// full.
		_, err = conn.ExecContext(ctx, "PRAGMA journal_mode=WAL")
		return err
	})
}

// openHistoryToRead opens a history without changing anything on disk.
func openHistoryToRead(ctx context.Context, path string) (db *sql.DB, conn *sql.Conn, err error) {
	if err := checkSize(path); err != nil {
		return nil, nil, err
	}
	err = historyFile.eachAddressToRead(path, func(address string) (err error) {
		db, conn, err = connection(ctx, address, func(conn *sql.Conn) error { return checkTables(ctx, conn) })
		return err
	})
	return db, conn, err
}

func checkSize(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() < leastSize { // SQLite treats this as a new file, whatever it contained
		return fmt.Errorf("%w: it has %d bytes", errBroken, info.Size())
	}
	return err
}

// createHistory creates a history where there is no file or an empty one. WAL mode is set last: a
// process killed before that leaves a file that either is empty, after SQLite has rolled it back,
// or has our application ID.
func createHistory(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	db, conn, err := createTables(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA journal_mode=WAL"); err != nil {
		return nil, nil, errors.Join(err, conn.Close(), db.Close(), remove(path))
	}
	return db, conn, nil
}

// createTables is createHistory without WAL mode: once the connection is closed, everything is in the
// file itself.
func createTables(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	if err := makeFile(path); err != nil {
		return nil, nil, err
	}
	db, conn, err := connection(ctx, withSettings(path, historySettings), func(conn *sql.Conn) error {
		// auto_vacuum allows freed space to be returned in small steps: VACUUM would block all
		// other processes, and needs as much space again. One transaction, so that no other process
		// finds a file without our application ID; not BEGIN IMMEDIATE, which would be too late for
		// auto_vacuum.
		mark := fmt.Sprintf("BEGIN; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=%d; COMMIT", historyFile.AppID)
		if _, err := conn.ExecContext(ctx, mark); err != nil {
			return err
		}
		return transact(ctx, conn, writing, func(tx transaction) error { return historyFile.migrate(ctx, tx, sqliteEngine) })
	})
	if err != nil {
		return nil, nil, errors.Join(err, remove(path))
	}
	return db, conn, nil
}

// remove deletes a history whose creation failed or was interrupted.
func remove(path string) error {
	for _, part := range append(parts(path), path+"-journal") {
		if err := os.Remove(part); err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

// parts returns the files of a history. The file comes first: as long as it is in its place, its log is,
// too.
func parts(path string) []string { return []string{path, path + "-wal", path + "-shm"} }

const (
	applicationID = "SELECT application_id FROM pragma_application_id"
	tableNames    = "SELECT iif(type = 'table', name, type) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)

// checkTables returns an error unless the tables of this version exist, as tables rather than views
// (which could compute forever), and their ends can be read.
func checkTables(ctx context.Context, conn *sql.Conn) error {
	return transact(ctx, conn, reading, func(tx transaction) error { // another process may be creating them
		var application int64
		if err := tx.QueryRowContext(ctx, applicationID).Scan(&application); err != nil {
			return err
		}
		var found []string
		err := each(ctx, tx, tableNames, nil, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			found = append(found, name)
			return err
		})
		switch {
		case err != nil:
			return err
		case application == int64(oldHistory.AppID):
			return ErrOldForm
		case application != int64(historyFile.AppID) && len(found) > 0:
			return fmt.Errorf("the file is not a history %w", ErrForeign)
		}
		if slices.Contains(found, "ledger_version") {
			if err := historyFile.checkVersion(ctx, tx); err != nil {
				return err
			}
		}
		if !slices.Equal(found, tables) {
			return fmt.Errorf("%w: its tables are not those of a history", errBroken)
		}
		return checkEnds(ctx, tx)
	})
}

// tables are the sorted tables of this version.
var tables = strings.Fields("ahead benches causes checks counts details devices findings identity ledger_version ledgers messages missing names outgoing periods probes refusals rejects repairs reports runs trials visits")

// checkEnds reads the ends of the tables.
func checkEnds(ctx context.Context, tx transaction) error {
	var run, report, visit, finding, detail sql.NullInt64
	return tx.QueryRowContext(ctx, "SELECT max(run), (SELECT max(report) FROM reports), (SELECT max(visit) FROM visits), (SELECT max(visit) FROM findings), (SELECT max(report) FROM details) FROM runs").
		Scan(&run, &report, &visit, &finding, &detail)
}
