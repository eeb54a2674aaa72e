// Package database opens untrusted SQLite databases read-only: the manifest of a backup, and
// the databases in it.
//
// [Open] reads a file in place, through a Go file rather than SQLite's own, so that not even a
// lock or a -shm file is created. [OpenReaderAt] reads from an [io.ReaderAt], which allows an
// encrypted database to be read without a plaintext copy. [OpenWithLog] is for a database whose
// write-ahead log was never merged; it works on a copy in a private folder.
//
// A hostile schema can make an innocent SELECT run forever, or exhaust memory before the first
// one. So a schema beyond anything that iOS writes is refused before SQLite reads it; views,
// virtual tables and generated columns are refused ([Conn.Columns]); lengths are bounded; and
// every statement stops with its context.
package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite/vfs"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Sizes of SQLite's page cache, in KiB after the minus sign. Sequential reads, which are most
// of them, are fastest with a cache that fits the processor's own; looking up every row in an
// index needs SQLite's default.
const (
	cacheInOrder = "cache_size=-256"
	cacheUsual   = "cache_size=-2000" // unless it is set

	smallDatabase = 256 << 10 // bytes that fit either
)

// ErrSchema means that the tables of the database are not those expected.
var ErrSchema = errors.New("the database does not have the expected tables")

// ErrUnusedPage means that a page belongs to no table and is not free. The trees of pages are sound,
// but what was in that page may be missing. SQLite has not checked rows and indexes then.
var ErrUnusedPage = errors.New("a page of the database is in no table")

// ErrCopy means that this computer could not make the temporary copy of a database. Nothing is
// known of the database, so the error does not wrap its cause: a folder of this computer that is
// missing or not writable is not one of the backup.
var ErrCopy = errors.New("no temporary copy could be made")

func copyFailed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %v", ErrCopy, withoutName(err))
}

// maxValue is the longest text or blob that SQLite returns unless the caller sets another
// limit; reading a longer one makes the statement fail.
const maxValue = 4 << 20

// A Conn is an open database. Its methods are those of zombiezen.com/go/sqlite. It is not safe
// for concurrent use. Close it before closing what it reads from.
type Conn struct {
	connection
	release func() error
}

// Open opens the database file at path, assuming that no other process changes it. It ignores a
// -wal file; see [HasLog].
func Open(ctx context.Context, path string) (*Conn, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|NonBlocking, 0)
	if err != nil {
		return nil, withoutName(err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(withoutName(err), file.Close())
	}
	conn, err := OpenReaderAt(ctx, file, info.Size())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	release := conn.release
	conn.release = func() error { return errors.Join(release(), file.Close()) }
	return conn, nil
}

// withoutName keeps the system's message and drops the path, which contains the user name.
func withoutName(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// OpenReaderAt opens a database of size bytes. The source is read only from the goroutine that
// uses the Conn.
func OpenReaderAt(ctx context.Context, source io.ReaderAt, size int64) (*Conn, error) {
	ahead := newReadAhead(source, size)
	if err := boundedSchema(ahead); err != nil {
		return nil, errors.Join(err, ahead.release())
	}
	name, system, err := vfs.New(oneFile{ahead, size})
	if err != nil {
		return nil, errors.Join(err, ahead.release())
	}
	release := func() error { return errors.Join(system.Close(), ahead.release()) }
	conn, err := attach(ctx, "file:"+oneFileName+"?mode=ro&immutable=1&vfs="+name, encodingOf(ahead), release)
	if err != nil || size <= smallDatabase {
		return conn, err
	}
	if err := conn.set(cacheInOrder); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// HasLog reports whether the database at path has an unmerged write-ahead log.
func HasLog(path string) bool {
	info, err := os.Lstat(path + "-wal") // links out of a backup are not followed
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// OpenWithLog opens a copy of a database together with its write-ahead log. The copy is in its
// own folder, accessible only to this user. It is unlinked as soon as it is open if the system
// allows that, otherwise when the Conn is closed; [Sweep] removes what a killed process leaves.
// The error is ErrCopy if there can be no copy.
func OpenWithLog(ctx context.Context, database, log io.Reader) (*Conn, error) {
	folder, err := newCopyFolder()
	if err != nil {
		return nil, copyFailed(err)
	}
	remove := func() error { return copyFailed(os.RemoveAll(folder)) }
	path := filepath.Join(folder, "copy.sqlite")
	err = errors.Join(write(ctx, path, database), write(ctx, path+"-wal", log))
	encoding := utf8
	if err == nil {
		encoding, err = boundedLogged(path)
	}
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	// Opens the log too. It is not interrupted while the copy has its name: closing it, SQLite would
	// merge the log, which nothing stops.
	conn, err := attach(context.WithoutCancel(ctx), path, encoding, remove)
	if err != nil {
		return nil, err
	}
	err = conn.set(cacheInOrder)
	if unlinkOpen {
		err = errors.Join(err, remove())
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	conn.done = ctx.Done()
	conn.SetInterrupt(conn.done)
	return conn, nil
}

// boundedLogged is boundedSchema for a database with a log, and returns its encoding.
func boundedLogged(path string) (encoding string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", copyFailed(err)
	}
	defer file.Close()
	log, err := os.Open(path + "-wal")
	if err != nil {
		return "", copyFailed(err)
	}
	defer log.Close()
	l, ok, err := newLogged(file, log)
	switch {
	case err != nil:
		return "", err
	case ok:
		return encodingOf(l), errors.Join(boundedSchema(l), boundedSchema(file)) // SQLite may use or ignore the log
	default:
		return encodingOf(file), boundedSchema(file)
	}
}

// write copies a file, which may be gigabytes, until ctx ends.
func write(ctx context.Context, path string, from io.Reader) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return copyFailed(err)
	}
	_, err = io.Copy(copyWriter{file}, stoppable{ctx, from})
	return errors.Join(err, copyFailed(file.Close()))
}

// copyWriter writes to a copy, so that its errors differ from those of what is copied.
type copyWriter struct{ to io.Writer }

func (w copyWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	return n, copyFailed(err)
}

// stoppable is a reader that fails once its context ends.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.from.Read(p)
}

// Plain keeps SQLite's own message and drops what the driver adds: the full path and the text
// of the statement. Other errors are returned unchanged.
func Plain(err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "sqlite") {
		return err
	}
	return plainError{err}
}

// IsOutOfMemory reports whether SQLite ran out of memory.
func IsOutOfMemory(err error) bool { return sqlite.ErrCode(err).ToPrimary() == sqlite.ResultNoMem }

// IsReadError reports whether SQLite could not open or read a file. A database that is too short
// is not counted: that is damage.
func IsReadError(err error) bool {
	code := sqlite.ErrCode(err)
	return code.ToPrimary() == sqlite.ResultCantOpen ||
		code.ToPrimary() == sqlite.ResultIOErr && code != sqlite.ResultIOErrShortRead
}

type plainError struct{ err error }

func (e plainError) Error() string { return "SQLite: " + sqlite.ErrCode(e.err).Message() }
func (e plainError) Unwrap() error { return e.err }

// Columns returns the names of a table's columns, in order. The error is ErrSchema unless it is
// an ordinary table with ordinary columns.
func (c *Conn) Columns(table string) ([]string, error) {
	if ok, err := c.isTable(table); err != nil {
		return nil, Plain(err)
	} else if !ok {
		return nil, fmt.Errorf("%w: no table %s", ErrSchema, table)
	}
	var columns []string
	query := "PRAGMA " + Schema + ".table_xinfo(" + quoted(table) + ")"
	err := sqlitex.ExecuteTransient(c.Conn, query, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		if row.ColumnInt(6) != 0 { // cid, name, type, notnull, dflt_value, pk, hidden
			return fmt.Errorf("%w: table %s has a generated column", ErrSchema, table)
		}
		columns = append(columns, row.ColumnText(1))
		return nil
	}})
	return columns, err
}

// isTable reports whether exactly one object has this name and it is an ordinary table. It
// avoids table_list, which computes the columns of all views first.
func (c *Conn) isTable(name string) (is bool, err error) {
	const create = "CREATE TABLE " // as SQLite normalizes it
	var found int
	query := "SELECT substr(sql, 1, ?2) FROM " + Schema + ".sqlite_schema WHERE name = ?1 COLLATE NOCASE"
	err = sqlitex.ExecuteTransient(c.Conn, query, &sqlitex.ExecOptions{
		Args: []any{name, len(create)},
		ResultFunc: func(row *sqlite.Stmt) error {
			found++
			is = row.ColumnText(0) == create
			return nil
		},
	})
	return is && found == 1, err
}

// QuickCheck runs SQLite's quick_check, which skips the indexes. It returns the first problem
// found, or nil.
func (c *Conn) QuickCheck() error { return c.check("quick_check") }

// IntegrityCheck is like QuickCheck but includes the indexes. Only what is not shown to be right
// by comparing them is left to SQLite's slower integrity_check.
func (c *Conn) IntegrityCheck() error {
	if c.QuickCheck() == nil && c.compareIndexes() == nil {
		return nil
	}
	if err := c.set(cacheUsual); err != nil {
		return fmt.Errorf("%s: %w", cacheUsual, err)
	}
	return c.check("integrity_check")
}

func (c *Conn) check(pragma string) error {
	var found string
	err := sqlitex.ExecuteTransient(c.Conn, "PRAGMA "+Schema+"."+pragma+"(1)", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { found = row.ColumnText(0); return nil },
	})
	if err != nil {
		return fmt.Errorf("%s: %w", pragma, Plain(err))
	}
	if _, rest, ok := strings.Cut(found, "***\n"); ok { // after the name of the database on this connection
		found = rest
	}
	switch {
	case found == "ok":
		return nil
	case strings.HasSuffix(found, ": never used"):
		return fmt.Errorf("%s: %w: %.200s", pragma, ErrUnusedPage, found)
	default:
		return fmt.Errorf("%s: %.200s", pragma, found)
	}
}

// Bytes returns the first column of a query's first row; nil if there is none.
func (c *Conn) Bytes(query string, args ...any) ([]byte, error) {
	var value []byte
	err := sqlitex.ExecuteTransient(c.Conn, query, &sqlitex.ExecOptions{
		Args: args,
		ResultFunc: func(row *sqlite.Stmt) error {
			value = make([]byte, row.ColumnLen(0))
			row.ColumnBytes(0, value)
			return nil
		},
	})
	return value, err
}
