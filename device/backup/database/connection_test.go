package database

import (
	"context"
	"testing"

	"zombiezen.com/go/sqlite"
)

// rowQuery is prepared once for a connection, and run on each database that it reads.
const rowQuery = "SELECT b FROM a"

func firstRow(t *testing.T, c *Conn) int {
	t.Helper()
	stmt, err := c.Prepare(rowQuery)
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Reset()
	if more, err := stmt.Step(); err != nil || !more {
		t.Fatal(more, err)
	}
	return stmt.ColumnInt(0)
}

func isKept(conn *sqlite.Conn) (kept bool) {
	for range len(idle) {
		c := <-idle
		kept = kept || c.Conn == conn
		idle <- c
	}
	return kept
}

// Databases that differ in nothing but a value, not even in SQLite's counter of changes, are each
// read from their own file.
func TestAKeptConnectionReadsEachDatabase(t *testing.T) {
	one := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1);")
	two := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (2);")
	for range 3 {
		for want, path := range map[int]string{1: one, 2: two} {
			c, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			c.Limit(sqlite.LimitLength, 100)
			if got := firstRow(t, c); got != want {
				t.Errorf("row %d of the database with %d", got, want)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			if !isKept(c.Conn) {
				t.Error("the connection was not kept")
			}
		}
	}
	c, err := Open(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n := count(t, c, "SELECT length(zeroblob(1000))"); n != 1000 {
		t.Error("a limit outlived its database")
	}
	if n := count(t, c, "SELECT count(*) FROM pragma_database_list"); n != 2 {
		t.Errorf("%d databases are attached, want the empty one and this one", n)
	}
}

// What still reads, or was interrupted, is not used again.
func TestAConnectionInUseIsNotKept(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1), (2);")
	reading, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	stmt, err := reading.Prepare(rowQuery)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stmt.Step(); err != nil {
		t.Fatal(err)
	}
	if err := reading.Close(); err != nil {
		t.Error(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	interrupted, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	_ = interrupted.Close()
	for _, c := range []*Conn{reading, interrupted} {
		if isKept(c.Conn) {
			t.Error("the connection was kept")
		}
	}
}

// A connection that was kept while the context of its last database ended reads the next one.
func TestAKeptConnectionOutlivesItsContext(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1);")
	for range 2 * cap(idle) {
		ctx, stop := context.WithCancel(t.Context())
		c, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		if got := firstRow(t, c); got != 1 {
			t.Errorf("row %d, want 1", got)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		stop()
	}
}
