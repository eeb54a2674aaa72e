package database

import (
	"context"
	"errors"
	"io"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Schema qualifies the names of the database that a [Conn] reads. Without it, the name of a table
// means one of that database too, but sqlite_schema means the connection's own, which is empty.
const Schema = "stored"

// settings are those of every connection. With an exclusive lock, a log needs no -shm file.
var settings = []string{"trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY", "query_only=ON", "locking_mode=EXCLUSIVE"}

// A connection reads databases of one encoding, one after another, until done.
type connection struct {
	*sqlite.Conn
	encoding string
	done     <-chan struct{}
}

// idle are connections without a database. Opening one takes SQLite as long as reading a small
// database, and a folder may hold thousands of backups.
var idle = make(chan connection, 4)

// connect returns a connection for a database of this encoding, to be interrupted when ctx ends.
func connect(ctx context.Context, encoding string) (connection, error) {
	if encoding == utf8 {
		select {
		case c := <-idle:
			if c.done != ctx.Done() {
				c.done = ctx.Done()
				c.SetInterrupt(c.done)
			}
			return c, nil
		default:
		}
	}
	conn, err := sqlite.OpenConn(":memory:", sqlite.OpenReadWrite|sqlite.OpenURI)
	if err != nil {
		return connection{}, err
	}
	for _, setting := range append([]string{"encoding=" + encoding}, settings...) {
		if err := sqlitex.ExecuteTransient(conn, "PRAGMA "+setting, nil); err != nil {
			return connection{}, errors.Join(err, conn.Close())
		}
	}
	conn.SetInterrupt(ctx.Done())
	return connection{conn, encoding, ctx.Done()}, nil
}

// utf8 is the encoding of all databases that iOS writes.
const utf8 = "'UTF-8'"

// encodingOf returns the encoding of a database by its header. SQLite only attaches databases in
// the encoding of the connection.
func encodingOf(source io.ReaderAt) string {
	var number [1]byte
	_, _ = source.ReadAt(number[:], 59) // the last byte of four at 56
	switch number[0] {
	case 2:
		return "'UTF-16le'"
	case 3:
		return "'UTF-16be'"
	default:
		return utf8
	}
}

// attach opens a database and reads its schema. release is called when the Conn is closed, or at
// once after an error.
func attach(ctx context.Context, name, encoding string, release func() error) (*Conn, error) {
	c, err := connect(ctx, encoding)
	if err != nil {
		return nil, errors.Join(Plain(err), release())
	}
	c.Limit(sqlite.LimitLength, maxValue)
	err = sqlitex.ExecuteTransient(c.Conn, "ATTACH ? AS "+Schema, &sqlitex.ExecOptions{Args: []any{name}})
	if err != nil {
		return nil, errors.Join(Plain(err), c.Conn.Close(), release())
	}
	return &Conn{c, release}, nil
}

// Close closes the database and releases its resources. The connection is kept for another unless
// it was interrupted, or a statement is still being read.
func (c *Conn) Close() error {
	err := sqlitex.ExecuteTransient(c.Conn, "DETACH "+Schema, nil)
	if err == nil && c.encoding == utf8 {
		select {
		case idle <- c.connection:
			return c.release()
		default:
		}
	}
	return errors.Join(c.Conn.Close(), c.release())
}

// set changes a setting of the database.
func (c *Conn) set(setting string) error {
	return Plain(sqlitex.ExecuteTransient(c.Conn, "PRAGMA "+Schema+"."+setting, nil))
}
