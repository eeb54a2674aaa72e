package database

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// crowd adds entries to the schema without parsing them one by one.
const crowd = `PRAGMA writable_schema = ON;
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT %d)
	INSERT INTO sqlite_schema SELECT 'view', 'v'||i, 'v'||i, 0, 'CREATE VIEW v'||i||' AS SELECT '''||%s||'''' FROM n;`

// SQLite parses a schema before it can report its size.
func TestASchemaIsBounded(t *testing.T) {
	for _, test := range []struct {
		name, script string
		refused      bool
	}{
		{"a few tables", "CREATE TABLE a (b); CREATE TABLE c (d);", false},
		{"as many as are allowed", "CREATE TABLE a (b);" + fmt.Sprintf(crowd, maxObjects-1, "'x'"), false},
		{"too many", "CREATE TABLE a (b);" + fmt.Sprintf(crowd, maxObjects, "'x'"), true},
		{"many in small pages", "PRAGMA page_size = 512; CREATE TABLE a (b);" + fmt.Sprintf(crowd, 20*maxObjects, "'x'"), true},
		{"a few long ones", "CREATE TABLE a (b);" + fmt.Sprintf(crowd, 9, "hex(zeroblob(500000))"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := create(t, test.script)
			for name, open := range map[string]func() (*Conn, error){
				"in place": func() (*Conn, error) { return Open(t.Context(), path) },
				"with an empty log": func() (*Conn, error) {
					return OpenWithLog(t.Context(), open2(t, path), strings.NewReader(""))
				},
			} {
				conn, err := open()
				if err == nil {
					_, err = conn.Columns("a")
					conn.Close()
				}
				if errors.Is(err, ErrSchema) != test.refused || err != nil && !test.refused {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// Views are not examined: one can name another twice, and so on.
func TestViewsAreLeftAlone(t *testing.T) {
	path := create(t, `CREATE TABLE a (b); PRAGMA writable_schema = ON;
		INSERT INTO sqlite_schema VALUES ('view', 'v0', 'v0', 0, 'CREATE VIEW v0 AS SELECT 1 AS x');
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 60)
		INSERT INTO sqlite_schema SELECT 'view', 'v'||i, 'v'||i, 0, 'CREATE VIEW v'||i||' AS SELECT p.x FROM v'||(i-1)||' p, v'||(i-1)||' q' FROM n;`)
	conn, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if columns, err := conn.Columns("A"); err != nil || len(columns) != 1 {
		t.Errorf("%v, %v", columns, err)
	}
	if _, err := conn.Columns("v60"); !errors.Is(err, ErrSchema) {
		t.Errorf("a view passes for a table: %v", err)
	}
	if err := conn.QuickCheck(); err != nil {
		t.Error(err)
	}
}

// Schema entries added by a log count.
func TestASchemaInALogIsBounded(t *testing.T) {
	path := create(t, "CREATE TABLE a (b);")
	writer, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := sqlitex.ExecuteScript(writer, "PRAGMA wal_autocheckpoint = 0;"+fmt.Sprintf(crowd, maxObjects, "'x'"), nil); err != nil {
		t.Fatal(err)
	}
	conn, err := OpenWithLog(t.Context(), open2(t, path), open2(t, path+"-wal"))
	if !errors.Is(err, ErrSchema) {
		t.Errorf("%v, %v", conn, err)
	}
	if conn, err := Open(t.Context(), path); err != nil {
		t.Errorf("without the log: %v", err)
	} else {
		conn.Close()
	}
}

func FuzzBoundedSchema(f *testing.F) {
	for _, script := range []string{"CREATE TABLE a (b);", "PRAGMA page_size = 512; CREATE TABLE a (b);" + fmt.Sprintf(crowd, 60, "'x'")} {
		path := filepath.Join(f.TempDir(), "x.sqlite")
		conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			f.Fatal(err)
		}
		if err := errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
			f.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, []byte{})
	}
	f.Fuzz(func(t *testing.T, file, log []byte) {
		source := strings.NewReader(string(file))
		if err := boundedSchema(source); err != nil && !errors.Is(err, ErrSchema) {
			t.Error(err)
		}
		if l, ok, err := newLogged(source, strings.NewReader(string(log))); ok && err == nil {
			_ = boundedSchema(l) // must terminate
		}
	})
}
