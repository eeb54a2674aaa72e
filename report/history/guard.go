package history

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A guard is this process's hold on the name of a history: shared while the file is used,
// alone while it is made or set aside. Locks on the file itself would not do, since SQLite
// takes none on a file that is no database. They are SQLite's locks on an empty database
// beside it, which every system has, and which end with the process.
type guard struct {
	path string
	conn *sqlite.Conn // nil while nothing is held
}

// guardOf is the guard of the history at path, before it holds anything.
func guardOf(path string) *guard { return &guard{path: path + ".lock"} }

// share waits until nobody is alone.
func (g *guard) share(ctx context.Context) error {
	return g.take(func(conn *sqlite.Conn) error {
		conn.SetInterrupt(ctx.Done())
		defer conn.SetInterrupt(nil)
		err := sqlitex.ExecuteTransient(conn, "BEGIN", nil)
		if err != nil {
			return err
		}
		return sqlitex.ExecuteTransient(conn, "SELECT count(*) FROM sqlite_schema", nil)
	})
}

// alone does not wait: while anybody else has a hold it is SQLite's error for busy.
func (g *guard) alone() error {
	return g.take(func(conn *sqlite.Conn) error {
		conn.SetBusyTimeout(0)
		return sqlitex.ExecuteTransient(conn, "BEGIN EXCLUSIVE", nil)
	})
}

// take gives up what is held before it takes hold anew: two processes that waited for each
// other while they held on would wait for ever.
func (g *guard) take(hold func(*sqlite.Conn) error) error {
	if err := g.release(); err != nil {
		return err
	}
	if err := makeFile(g.path); err != nil {
		return err
	}
	conn, err := sqlite.OpenConn(g.path, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	if err := hold(conn); err != nil {
		return fmt.Errorf("the lock of the history, %s: %w", g.path, errors.Join(err, conn.Close()))
	}
	g.conn = conn
	return nil
}

func (g *guard) release() error {
	if g.conn == nil {
		return nil
	}
	conn := g.conn
	g.conn = nil
	return conn.Close()
}
