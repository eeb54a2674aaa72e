package manifest

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"

	"zombiezen.com/go/sqlite"

	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/mbfile"
)

// maxText is the longest domain or path that is kept. iOS allows 1,024 bytes.
const maxText = 4 << 10

// maxValue is the longest value that SQLite returns: a record, or an overlong path to be
// truncated.
const maxValue = mbfile.MaxBytes + 1

// Flags of a row.
const (
	flagFile      = 1
	flagDirectory = 2
	flagLink      = 4
	flagKinds     = 7 // the bits above belong to a backup in progress
)

// db is a Manifest.db.
type db struct {
	conn    *database.Conn
	source  io.Closer    // what conn reads from
	records cipher.Block // decrypts the records of iOS 10.0; nil if they are not encrypted
}

const (
	columns = "fileID, domain, relativePath, flags, file"

	allRows = "SELECT " + columns + " FROM Files NOT INDEXED"

	// boundedRows skips some rows, and returns NULL for a value that is too long. Measuring
	// each value takes time, so it is only used after a row with such a value.
	boundedRows = `SELECT
		CASE WHEN octet_length(fileID) <= ?1 THEN fileID END,
		CASE WHEN octet_length(domain) <= ?1 THEN domain END,
		CASE WHEN octet_length(relativePath) <= ?1 THEN relativePath END,
		CASE WHEN octet_length(flags) <= ?1 THEN flags END,
		CASE WHEN octet_length(file) <= ?1 THEN file END
		FROM Files NOT INDEXED LIMIT -1 OFFSET ?2`
)

// OpenDB opens an unencrypted Manifest.db, with its write-ahead log if there is one, and closes the
// file with the Manifest, or at once after an error. A trailing block of padding, which decrypting
// tools leave, is harmless. recordKey decrypts encrypted records, as in iOS 10.0; if it is needed
// and missing, the error is ErrLocked.
func OpenDB(ctx context.Context, file *os.File, recordKey []byte) (Manifest, error) {
	conn, err := openDB(ctx, file)
	if _, unopened := errors.AsType[*fs.PathError](err); unopened || errors.Is(err, database.ErrCopy) {
		return nil, errors.Join(err, file.Close()) // nothing is known of the manifest
	}
	m, err := newDB(conn, file, err)
	if err != nil {
		return nil, err
	}
	if err := m.unlockRecords(recordKey); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

func openDB(ctx context.Context, file *os.File) (*database.Conn, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !database.HasLog(file.Name()) {
		return database.OpenReaderAt(ctx, file, info.Size())
	}
	log, err := os.Open(file.Name() + "-wal")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return database.OpenWithLog(ctx, io.NewSectionReader(file, 0, info.Size()), log)
}

// OpenEncryptedDB opens an encrypted Manifest.db with its key, and closes the file with the
// Manifest, or at once after an error. It is decrypted while reading, without a plaintext copy.
// ErrMalformed may mean a wrong key.
func OpenEncryptedDB(ctx context.Context, file *os.File, key []byte) (Manifest, error) {
	conn, err := openEncryptedDB(ctx, file, key)
	m, err := newDB(conn, file, err)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func openEncryptedDB(ctx context.Context, file *os.File, key []byte) (*database.Conn, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	plain, err := cbc.NewReaderAt(file, info.Size(), key)
	if err != nil {
		return nil, err
	}
	return database.OpenReaderAt(ctx, plain, plain.Size())
}

// newDB returns an open database as a manifest. source is what conn reads from.
func newDB(conn *database.Conn, source io.Closer, err error) (*db, error) {
	if err != nil {
		source.Close()
		if errors.Is(err, database.ErrSchema) {
			return nil, fmt.Errorf("%w: %w", ErrLayout, err)
		}
		return nil, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	}
	conn.Limit(sqlite.LimitLength, maxValue)
	d := &db{conn: conn, source: source}
	present, err := conn.Columns("Files")
	switch {
	case errors.Is(err, database.ErrSchema):
		d.Close()
		return nil, fmt.Errorf("%w: %w", ErrLayout, err)
	case err != nil:
		d.Close()
		return nil, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	}
	for _, column := range []string{"fileID", "domain", "relativePath", "flags", "file"} {
		if !slices.Contains(present, column) {
			d.Close()
			return nil, fmt.Errorf("%w: no column %s", ErrLayout, column)
		}
	}
	return d, nil
}

func (d *db) Flat() bool { return false }

func (d *db) Close() error {
	return errors.Join(d.conn.Close(), d.source.Close())
}

// Length returns the highest row number: counting would read a whole index.
func (d *db) Length(context.Context) uint64 {
	stmt, _, err := d.conn.PrepareTransient("SELECT max(rowid) FROM Files")
	if err != nil {
		return 0
	}
	defer stmt.Finalize()
	if more, err := stmt.Step(); err != nil || !more {
		return 0
	}
	return uint64(max(stmt.ColumnInt64(0), 0))
}

func (d *db) Check(_ context.Context, indexes bool) error {
	check := d.conn.QuickCheck
	if indexes {
		check = d.conn.IntegrityCheck
	}
	if err := check(); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	}
	return nil
}

// Rows reads the table in its own order: ordering by fileID takes five times as long.
func (d *db) Rows(ctx context.Context) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		read, err := d.read(ctx, allRows, yield)
		if sqlite.ErrCode(err) == sqlite.ResultTooBig {
			_, err = d.read(ctx, boundedRows, yield, maxValue, int64(read))
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// errEnough means that the caller wants no more rows.
var errEnough = errors.New("no more rows are wanted")

// read yields the rows of a statement, and returns how many were read.
func (d *db) read(ctx context.Context, query string, yield func(*Row, error) bool, arguments ...int64) (rows int, err error) {
	stmt, err := d.conn.Prepare(query) // all rows are read two or three times
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	}
	defer stmt.Reset()
	for i, argument := range arguments {
		stmt.BindInt64(i+1, argument)
	}
	reader := rowReaders.Get().(*rowReader)
	reader.records = d.records
	defer func() {
		reader.records = nil
		rowReaders.Put(reader)
	}()
	for ; ; rows++ {
		more, err := stmt.Step()
		switch {
		case ctx.Err() != nil:
			return rows, context.Cause(ctx)
		case err != nil:
			return rows, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
		case !more:
			return rows, nil
		case !yield(reader.read(stmt), nil):
			return rows, errEnough
		}
	}
}

func (d *db) Find(ctx context.Context, id FileID) (Row, error) {
	stmt, _, err := d.conn.PrepareTransient("SELECT " + columns + " FROM Files WHERE fileID = ?")
	if err != nil {
		return Row{}, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	}
	defer stmt.Finalize()
	stmt.BindText(1, id.String())
	more, err := stmt.Step()
	switch {
	case ctx.Err() != nil:
		return Row{}, context.Cause(ctx)
	case err != nil:
		return Row{}, fmt.Errorf("%w: %w", ErrMalformed, database.Plain(err))
	case !more:
		return Row{}, ErrNotFound
	}
	reader := rowReader{records: d.records}
	return *reader.read(stmt), nil
}

// rowReaders are pooled: a folder may hold thousands of backups with a few files each.
var rowReaders = sync.Pool{New: func() any { return &rowReader{} }}

// rowReader reads rows into one set of buffers.
type rowReader struct {
	row          Row
	id           [2*len(FileID{}) + 1]byte // one more than an ID, to detect a longer one
	domain, path []byte
	record       []byte
	records      cipher.Block // nil if records are not encrypted
	hasher       hasher
}

func (r *rowReader) read(stmt *sqlite.Stmt) *Row {
	r.row = Row{}
	var fits [2]bool
	r.domain, fits[0] = text(stmt, 1, r.domain)
	r.path, fits[1] = text(stmt, 2, r.path)
	r.row.Domain, r.row.Path = r.domain, r.path
	r.row.Kind, r.row.Err = r.identify(stmt, fits[0] && fits[1])
	if r.row.Err == nil {
		r.row.Err = r.describe(stmt)
	}
	return &r.row
}

// identify reads a row's ID, domain and path. fit is false if its domain or path was truncated.
func (r *rowReader) identify(stmt *sqlite.Stmt, fit bool) (Kind, error) {
	kind := Other
	switch stmt.ColumnInt64(3) & flagKinds {
	case flagFile:
		kind = File
	case flagDirectory:
		kind = Directory
	case flagLink:
		kind = Link
	}
	n := stmt.ColumnBytes(0, r.id[:])
	id, ok := ParseID(r.id[:n])
	if !ok {
		return kind, fmt.Errorf("%w: fileID", ErrRow)
	}
	r.row.ID = id
	if !fit {
		return kind, fmt.Errorf("%w: domain or path too long", ErrRow)
	}
	if len(r.domain) == 0 && stmt.ColumnIsNull(1) || len(r.path) == 0 && stmt.ColumnIsNull(2) {
		return kind, fmt.Errorf("%w: no domain or path", ErrRow)
	}
	if r.hasher.idOf(r.domain, r.path) != id {
		return kind, ErrFileID
	}
	return kind, nil
}

// describe reads the record of a row. A row without a kind gets it from its record. Directories
// and links have no stored bytes; their record, if there is one, must only be one, and not describe
// a file, whose bytes would otherwise not be missed.
func (r *rowReader) describe(stmt *sqlite.Stmt) error {
	record, err := r.recordOf(stmt)
	if r.row.Kind == Directory || r.row.Kind == Link {
		if err != nil || len(record) == 0 {
			return err
		}
		mode, err := mbfile.Mode(record)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", ErrRow, err)
		case kindOf(mode) == File:
			return fmt.Errorf("%w: its record is one of a file", ErrRow)
		}
		return nil
	}
	if err != nil {
		return err
	}
	file, err := mbfile.Decode(record)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRow, err)
	}
	if r.row.Kind == Other {
		r.row.Kind = kindOf(file.Mode)
	}
	r.row.Size, r.row.HasSize = file.Size, file.HasSize
	r.row.Digest = file.Digest
	r.row.EncryptionKey = file.EncryptionKey
	r.row.ProtectionClass = file.ProtectionClass
	return nil
}

// recordOf returns the record of a row, decrypted if needed.
func (r *rowReader) recordOf(stmt *sqlite.Stmt) ([]byte, error) {
	length := stmt.ColumnLen(4)
	if length > mbfile.MaxBytes {
		return nil, fmt.Errorf("%w: record of %d bytes", ErrRow, length)
	}
	r.record = slices.Grow(r.record[:0], length)[:length]
	stmt.ColumnBytes(4, r.record)
	if r.records != nil {
		return openRecord(r.records, r.record)
	}
	return r.record, nil
}

// text reads a text column into a buffer; if it is longer than maxText it is truncated, and
// fits is false.
func text(stmt *sqlite.Stmt, column int, buffer []byte) (read []byte, fits bool) {
	buffer = slices.Grow(buffer[:0], maxText+1)[:maxText+1]
	n := stmt.ColumnBytes(column, buffer)
	return buffer[:min(n, maxText)], n <= maxText
}
