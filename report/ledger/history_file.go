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

// leastSize is that of the smallest page, and so of the smallest database.
const leastSize = 512

// settle makes the folder of a history, for this user alone, and follows the links to the
// file itself, beside which SQLite keeps its log.
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

// historySettings are those of a connection that writes. The log is not turned on here, but
// once the file is known to be ours.
//
// synchronous=NORMAL: a commit is in the log, and so outlives the process, but is not forced
// to the disk. Finish does that, once for the whole run. With fullfsync a Mac does not tell
// that something is on the disk before it is.
var historySettings = url.Values{
	"mode": {"rw"}, "_txlock": {"immediate"}, "_busy_timeout": {"30000"},
	"_pragma": append([]string{"temp_store(MEMORY)", "synchronous(NORMAL)", "fullfsync(ON)"}, safe...),
}

// openHistory opens a history that is there. The check of it is a cheap one, since a full one
// takes seconds for a large file: the tables are ours, and their ends, where the next run is
// added, can be read. What is broken elsewhere shows when it is used.
func openHistory(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	if err := checkSize(path); err != nil {
		return nil, nil, err
	}
	return connection(ctx, withSettings(path, historySettings), func(conn *sql.Conn) error {
		if err := checkTables(ctx, conn); err != nil {
			return err
		}
		// Where there is nothing to do nothing is written: a history can be read while the disk
		// is full.
		_, err := conn.ExecContext(ctx, "PRAGMA journal_mode=WAL")
		return err
	})
}

// openHistoryToRead opens a history and changes nothing on the disk.
func openHistoryToRead(ctx context.Context, path string) (db *sql.DB, conn *sql.Conn, err error) {
	if err := checkSize(path); err != nil {
		return nil, nil, err
	}
	err = eachAddressToRead(path, func(address string) (err error) {
		db, conn, err = connection(ctx, address, func(conn *sql.Conn) error { return checkTables(ctx, conn) })
		return err
	})
	return db, conn, err
}

func checkSize(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() < leastSize { // to SQLite as good as new, whatever was in it
		return fmt.Errorf("%w: it has %d bytes", errBroken, info.Size())
	}
	return err
}

// createHistory makes a history where there is no file, or an empty one. The log is turned on
// last: a process that is killed before leaves a file that is empty, once SQLite has rolled it
// back, or that has our application id.
func createHistory(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	if err := makeFile(path); err != nil {
		return nil, nil, err
	}
	db, conn, err := connection(ctx, withSettings(path, historySettings), func(conn *sql.Conn) error {
		// auto_vacuum, so that what is freed can be given back a little at a time: VACUUM
		// would keep all others waiting, and needs as much room again. In one transaction, so
		// that no other process finds a file without our application id; and not one that began
		// with IMMEDIATE, which would be too late for auto_vacuum.
		mark := fmt.Sprintf("BEGIN; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=%d; COMMIT", historyFile.AppID)
		if _, err := conn.ExecContext(ctx, mark); err != nil {
			return err
		}
		err := transact(ctx, conn, writing, func(tx transaction) error { return historyFile.migrate(ctx, tx, sqliteEngine) })
		if err != nil {
			return err
		}
		_, err = conn.ExecContext(ctx, "PRAGMA journal_mode=WAL")
		return err
	})
	if err != nil {
		return nil, nil, errors.Join(err, remove(path))
	}
	return db, conn, nil
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

const (
	applicationID = "SELECT application_id FROM pragma_application_id"
	tableNames    = "SELECT iif(type = 'table', name, type) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)

// checkTables reports whether the tables of this version are there, as tables and not as views
// that compute for ever, and whether their ends can be read.
func checkTables(ctx context.Context, conn *sql.Conn) error {
	return transact(ctx, conn, reading, func(tx transaction) error { // as another process may make them
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
			return errOldForm
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

// tables are those of this version, in order.
var tables = strings.Fields("ahead benches causes checks counts details devices findings identity ledger_version ledgers messages missing names outgoing probes refusals rejects reports runs visits")

// checkEnds reads the ends of the tables.
func checkEnds(ctx context.Context, tx transaction) error {
	var run, report, visit, finding, detail sql.NullInt64
	return tx.QueryRowContext(ctx, "SELECT max(run), (SELECT max(report) FROM reports), (SELECT max(visit) FROM visits), (SELECT max(visit) FROM findings), (SELECT max(report) FROM details) FROM runs").
		Scan(&run, &report, &visit, &finding, &detail)
}
