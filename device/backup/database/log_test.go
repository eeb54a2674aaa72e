package database

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// logOf returns a database and its log after some statements, each a change of its own.
func logOf(t testing.TB, statements ...string) (file, log []byte) {
	t.Helper()
	path := create(t, "CREATE TABLE a (b);")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, s := range append([]string{"PRAGMA wal_autocheckpoint=0"}, statements...) {
		if err := sqlitex.ExecuteTransient(conn, s, nil); err != nil {
			t.Fatal(err)
		}
	}
	file, err = os.ReadFile(path)
	log, logErr := os.ReadFile(path + "-wal")
	if err := errors.Join(err, logErr); err != nil {
		t.Fatal(err)
	}
	return file, log
}

const frameSize = frameHeader + 4096

const (
	manyRows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 400) INSERT INTO a SELECT hex(randomblob(20)) FROM n"
	oneRow   = "INSERT INTO a VALUES (1)"
	merge    = "PRAGMA wal_checkpoint(RESTART)"
)

func TestCheckLog(t *testing.T) {
	_, log := logOf(t, manyRows, oneRow)
	_, reused := logOf(t, manyRows, merge, oneRow)
	_, twice := logOf(t, manyRows, merge, manyRows, merge, oneRow)
	if len(reused) <= logHeader+2*frameSize {
		t.Fatalf("a log of %d bytes has no frames of an earlier round", len(reused))
	}
	for _, test := range []struct {
		name string
		log  []byte
		ok   bool
	}{
		{"as written", log, true},
		{"written from its start again", reused, true},
		{"and again", twice, true},
		{"cut at the end of a change", log[:len(log)-frameSize], true}, // nothing in it shows that
		{"cut within a change", log[:logHeader+3*frameSize], false},
		{"cut within a frame", log[:len(log)-1], false},
		{"cut within an earlier round", reused[:len(reused)-1], false},
		{"cut to its header", log[:logHeader], false},
		{"cut within its header", log[:20], false},
		{"zeros", make([]byte, len(log)), false},
		{"zeros after its header", append(bytes.Clone(log[:logHeader]), make([]byte, frameSize)...), false},
		{"zeros after it", append(bytes.Clone(log), make([]byte, frameSize)...), false},
		{"text", bytes.Repeat([]byte("log "), 2000), false},
	} {
		if err := checkLog(bytes.NewReader(test.log)); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckLog(t.Context(), path); err != nil {
		t.Errorf("in a file: %v", err)
	}
}

// A log with one byte flipped is damaged, unless SQLite reads the same from it.
func TestCheckLogFindsAFlippedByte(t *testing.T) {
	file, log := logOf(t, manyRows, merge, oneRow, "DELETE FROM a WHERE rowid < 20", oneRow)
	want := rowsWith(t, file, log)
	var unseen int
	for at := 0; at < len(log); at++ {
		if at > logHeader && (at-logHeader)%frameSize > frameHeader && at%499 != 0 {
			continue // all headers, and a sample of the pages
		}
		changed := bytes.Clone(log)
		changed[at] ^= 0x10
		if checkLog(bytes.NewReader(changed)) != nil {
			continue
		}
		unseen++
		if got := rowsWith(t, file, changed); got != want {
			t.Errorf("byte %d of %d flipped: %d rows, want %d", at, len(log), got, want)
		}
	}
	t.Logf("%d flips change nothing that is read", unseen)
}

func rowsWith(t *testing.T, file, log []byte) int {
	t.Helper()
	c, err := OpenWithLog(t.Context(), bytes.NewReader(file), bytes.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return count(t, c, "SELECT count(*) FROM a")
}

// The byte order of the sums is that of the computer that wrote the log.
func TestCheckLogInTheOtherByteOrder(t *testing.T) {
	_, log := logOf(t, oneRow)
	log[3] ^= 1
	sum := logSum{order: binary.LittleEndian}
	if log[3]&1 == 1 {
		sum.order = binary.BigEndian
	}
	put := func(at []byte) {
		binary.BigEndian.PutUint32(at, sum.s0)
		binary.BigEndian.PutUint32(at[4:], sum.s1)
	}
	sum.add(log[:24])
	put(log[24:])
	for frame := range slices.Chunk(log[logHeader:], frameSize) {
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		put(frame[16:])
	}
	if err := checkLog(bytes.NewReader(log)); err != nil {
		t.Error(err)
	}
}
