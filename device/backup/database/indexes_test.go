package database

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// indexed is a table like that of a manifest, with 2,000 rows.
const indexed = `CREATE TABLE "the ""files""" (id TEXT PRIMARY KEY, domain TEXT, flags INTEGER, data BLOB);
	CREATE INDEX ofDomain ON "the ""files""" (domain);
	CREATE INDEX ofFlags ON "the ""files""" (flags);
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 2000)
	INSERT INTO "the ""files""" SELECT printf('id-%05d', i*7919 % 100003), CASE WHEN i%9 THEN printf('domain-%d', i%50) END, CASE WHEN i%4 THEN i%3 END, zeroblob(50) FROM n;
	UPDATE "the ""files""" SET id = 'first-unique', domain = 'm-alone', flags = 'text' WHERE rowid = 1000;
	UPDATE "the ""files""" SET id = 'other-unique', domain = NULL WHERE rowid = 1001;
	UPDATE "the ""files""" SET id = NULL WHERE rowid > 1990;`

// behind runs a statement while the schema lacks an index, so that the index does not follow.
func behind(statement string) string {
	return indexed + `
	CREATE TEMP TABLE kept AS SELECT * FROM main.sqlite_schema WHERE name = 'ofDomain';
	PRAGMA writable_schema = ON;
	DELETE FROM main.sqlite_schema WHERE name = 'ofDomain';
	PRAGMA writable_schema = RESET; ` + statement + `;
	PRAGMA writable_schema = ON;
	INSERT INTO main.sqlite_schema SELECT * FROM kept;`
}

func TestIntegrityCheckComparesIndexes(t *testing.T) {
	const table = `"the ""files"""`
	for _, c := range []struct {
		name, script string
		edit         func(data []byte) []byte
		right        bool
	}{
		{"right", indexed, nil, true},
		{"empty", `CREATE TABLE a (b UNIQUE)`, nil, true},
		{"another value in the index", indexed, replace("m-alone", "m-along", 1), false},
		{"another value in one place of a unique one", indexed, replace("first-unique", "first-uniqua", 1), false},
		{"out of order", indexed, replace("m-alone", "a-alone", -1), false},
		{"twice in a unique one", indexed, replace("other-unique", "first-unique", -1), false},
		{"a row without entry", behind("INSERT INTO " + table + " VALUES ('new', 'domain-7', 1, NULL)"), nil, false},
		{"an entry without row", behind("DELETE FROM " + table + " WHERE rowid = 7"), nil, false},
		{"an entry of another row", behind("UPDATE " + table + " SET rowid = 100000 WHERE rowid = 7"), nil, false},
		{"as many entries as rows, and other values", behind("UPDATE " + table + " SET domain = 'domain-8' WHERE rowid = 7"), nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := os.ReadFile(create(t, c.script))
			if err != nil {
				t.Fatal(err)
			}
			if c.edit != nil {
				data = c.edit(data)
			}
			conn, err := OpenReaderAt(t.Context(), bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			compared, checked, sqlites := conn.compareIndexes(), conn.IntegrityCheck(), conn.check("integrity_check")
			if (compared == nil) != c.right || (checked == nil) != c.right || (sqlites == nil) != c.right {
				t.Errorf("compared: %v; checked: %v; by SQLite: %v", compared, checked, sqlites)
			}
		})
	}
}

// replace changes a text where it first occurs in the file, or everywhere.
func replace(from, to string, times int) func([]byte) []byte {
	return func(data []byte) []byte { return bytes.Replace(data, []byte(from), []byte(to), times) }
}

// Indexes that are not compared are left to SQLite, which finds them right.
func TestIntegrityCheckLeavesOtherIndexesToSQLite(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"two columns", "CREATE TABLE a (b, c); CREATE INDEX i ON a (b, c)"},
		{"descending", "CREATE TABLE a (b); CREATE INDEX i ON a (b DESC)"},
		{"ignoring case", "CREATE TABLE a (b); CREATE INDEX i ON a (b COLLATE NOCASE)"},
		{"of some rows", "CREATE TABLE a (b); CREATE INDEX i ON a (b) WHERE b > 1"},
		{"of an expression", "CREATE TABLE a (b); CREATE INDEX i ON a (b+1)"},
		{"without row numbers", "CREATE TABLE a (b PRIMARY KEY, c UNIQUE) WITHOUT ROWID"},
		{"a column named as the row number", "CREATE TABLE a (RowID TEXT UNIQUE)"},
		{"a generated column", "CREATE TABLE a (b UNIQUE, c AS (b+1))"},
		{"a number with a fraction", "CREATE TABLE a (b UNIQUE); INSERT INTO a VALUES (1.5)"},
		{"bytes", "CREATE TABLE a (b UNIQUE); INSERT INTO a VALUES (x'00')"},
		{"a long text", "CREATE TABLE a (b UNIQUE); INSERT INTO a VALUES (hex(zeroblob(5000)))"},
		{"UTF-16, which sorts in another order", "PRAGMA encoding = 'UTF-16le'; CREATE TABLE a (b UNIQUE); INSERT INTO a VALUES ('ā'), ('b')"},
		{"a virtual table", "CREATE VIRTUAL TABLE a USING fts5(b); CREATE TABLE c (d UNIQUE)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := Open(t.Context(), create(t, c.script+";"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.compareIndexes(); err == nil || strings.Contains(err.Error(), "syntax") {
				t.Errorf("compared: %v", err)
			}
			if err := conn.IntegrityCheck(); err != nil {
				t.Error(err)
			}
		})
	}
}

// IntegrityCheck finds nothing right that SQLite's integrity_check does not, whichever byte of a
// database is changed.
func FuzzIntegrityCheck(f *testing.F) {
	data, err := os.ReadFile(create(f, strings.ReplaceAll(indexed, "LIMIT 2000", "LIMIT 200")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0), byte(0))
	f.Add(uint32(len(data)/2), byte(1))
	f.Fuzz(func(t *testing.T, at uint32, flipped byte) {
		edited := bytes.Clone(data)
		edited[int(at)%len(edited)] ^= flipped
		conn, err := OpenReaderAt(t.Context(), bytes.NewReader(edited), int64(len(edited)))
		if err != nil {
			return
		}
		defer conn.Close()
		if checked, sqlites := conn.IntegrityCheck(), conn.check("integrity_check"); checked == nil && sqlites != nil {
			t.Errorf("byte %d ^ %d: SQLite says %v", int(at)%len(edited), flipped, sqlites)
		}
	})
}
