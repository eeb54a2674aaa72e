package database

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// create makes a database with these statements in a folder whose name needs escaping.
func create(t testing.TB, script string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "100% ?&#ü")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "x.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteTransient(conn, "PRAGMA synchronous=OFF", nil)
	if err := errors.Join(err, sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func count(t *testing.T, c *Conn, query string) int {
	t.Helper()
	n := -1
	err := sqlitex.ExecuteTransient(c.Conn, query, &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt(0); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpenLeavesTheFolderAlone(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1), (2);")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, c, "SELECT count(*) FROM a"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	if err := c.QuickCheck(); err != nil {
		t.Error(err)
	}
	if err := sqlitex.ExecuteTransient(c.Conn, "INSERT INTO a VALUES (3)", nil); err == nil {
		t.Error("a row could be written")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("beside the database lie %v", entries)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database was changed (%v)", err)
	}
}

func TestOpenReaderAt(t *testing.T) {
	data, err := os.ReadFile(create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1), (2), (3);"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenReaderAt(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, c, "SELECT count(*) FROM a"); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenWithLogSeesTheLogAndCleansUp(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1);")
	writer, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := sqlitex.ExecuteScript(writer, "INSERT INTO a VALUES (2);", nil); err != nil {
		t.Fatal(err)
	}
	if !HasLog(path) {
		t.Fatal("no log to test with")
	}
	database, log := open2(t, path), open2(t, path+"-wal")
	t.Setenv("TMPDIR", t.TempDir())
	c, err := OpenWithLog(t.Context(), database, log)
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, c, "SELECT count(*) FROM a"); n != 2 {
		t.Errorf("%d rows, want the one of the log too", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "backupdoctor-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A source that cannot be read is no fault of the copy.
func TestOpenWithLogOfAnUnreadableSource(t *testing.T) {
	failed := errors.New("failed")
	_, err := OpenWithLog(t.Context(), iotest.ErrReader(failed), strings.NewReader("log"))
	if !errors.Is(err, failed) || errors.Is(err, ErrCopy) {
		t.Error(err)
	}
}

func open2(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

func TestColumns(t *testing.T) {
	path := create(t, `
		CREATE TABLE plain (a TEXT PRIMARY KEY, b BLOB);
		CREATE VIEW view AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS a, i AS b FROM n;
		CREATE TABLE generated (a, b AS (a||a));`)
	c, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Columns("plain"); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("plain: %v, %v", got, err)
	}
	for _, table := range []string{"view", "generated", "missing"} {
		if got, err := c.Columns(table); !errors.Is(err, ErrSchema) {
			t.Errorf("%s: %v, %v; want ErrSchema", table, got, err)
		}
	}
}

func TestCancelStopsAStatement(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := Open(ctx, create(t, "CREATE TABLE a (b);"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	err = sqlitex.ExecuteTransient(c.Conn, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n", nil)
	if sqlite.ErrCode(err) != sqlite.ResultInterrupt {
		t.Errorf("an endless statement ended with %v", err)
	}
}

func TestQuickCheckFindsDamage(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 5000) INSERT INTO a SELECT hex(randomblob(50)) FROM n;")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(data[3*4096 : 4*4096])
	c, err := OpenReaderAt(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.QuickCheck(); err == nil || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), Schema) {
		t.Errorf("a page of zeros: %v", err)
	}
}

func TestOpenErrorsNameNoPath(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "secret-name"))
	if err == nil || strings.Contains(err.Error(), "secret-name") {
		t.Errorf("error %v", err)
	}
}

// The text of an error contains neither the statement nor the path, and its code is still
// available.
func TestPlain(t *testing.T) {
	c, err := Open(t.Context(), create(t, "CREATE TABLE a (b);"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = Plain(sqlitex.ExecuteTransient(c.Conn, "SELECT secret FROM a", nil))
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "SELECT") || sqlite.ErrCode(err) != sqlite.ResultError {
		t.Errorf("%v", err)
	}
	if err := Plain(ErrSchema); err != ErrSchema {
		t.Errorf("another error became %v", err)
	}
}
