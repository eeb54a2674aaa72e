//go:build !windows

package database

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A copy is unlinked while it is read, so a kill leaves nothing.
func TestTheCopyHasNoName(t *testing.T) {
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1);")
	writer, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := sqlitex.ExecuteScript(writer, "INSERT INTO a VALUES (2); CREATE TABLE later (c); INSERT INTO later VALUES (3);", nil); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	c, err := OpenWithLog(t.Context(), open2(t, path), open2(t, path+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
	for query, want := range map[string]int{"SELECT count(*) FROM a": 2, "SELECT count(*) FROM later": 1} {
		if n := count(t, c, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	if err := c.IntegrityCheck(); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("closed: %v, %v", left, err)
	}
}

func TestSweep(t *testing.T) {
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Skip(err)
	}
	now := time.Now()
	for _, c := range []struct {
		name  string
		entry string
		age   time.Duration
		set   func(path string) error
		swept bool
	}{
		{"of a process that was killed", fmt.Sprintf("%s%d-1", copyPrefix, ended.Process.Pid), time.Hour, nil, true},
		{"of this process", fmt.Sprintf("%s%d-1", copyPrefix, os.Getpid()), time.Hour, nil, false},
		{"new", fmt.Sprintf("%s%d-1", copyPrefix, ended.Process.Pid), time.Minute, nil, false},
		{"of another program", "backupdoctor-1", time.Hour, nil, false},
		{"without a number", copyPrefix + "x", time.Hour, nil, false},
		{"of all processes", copyPrefix + "-1-1", time.Hour, nil, false},
		{"a link", fmt.Sprintf("%s%d-1", copyPrefix, ended.Process.Pid), time.Hour, func(path string) error {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(filepath.Dir(path), "elsewhere"), path)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			path := filepath.Join(os.TempDir(), c.entry)
			file := filepath.Join(path, "copy.sqlite")
			for _, err := range []error{os.MkdirAll(path, 0o700), os.WriteFile(file, nil, 0o600), os.Chtimes(file, now, now.Add(-c.age)), os.Chtimes(path, now, now.Add(-c.age))} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.set != nil {
				if err := c.set(path); err != nil {
					t.Fatal(err)
				}
			}
			Sweep(now)
			if _, err := os.Lstat(path); (err != nil) != c.swept {
				t.Errorf("it is there: %v", err)
			}
		})
	}
}

// A temporary folder that is missing or no folder says nothing about a database.
func TestOpenWithLogWithoutATemporaryFolder(t *testing.T) {
	file, log := logOf(t, oneRow)
	for _, folder := range []string{"missing", "file"} {
		path := filepath.Join(t.TempDir(), folder)
		if folder == "file" {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("TMPDIR", path)
		_, err := OpenWithLog(t.Context(), bytes.NewReader(file), bytes.NewReader(log))
		if !errors.Is(err, ErrCopy) || errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// A copy whose reader was stopped is closed at once: SQLite would merge a log of gigabytes first.
func TestAStoppedCopyIsNotMerged(t *testing.T) {
	if _, err := os.Stat("/proc/self/io"); err != nil {
		t.Skip("what a process writes is not counted here")
	}
	path := create(t, "CREATE TABLE a (b); INSERT INTO a VALUES (1);")
	writer, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := sqlitex.ExecuteScript(writer, "PRAGMA wal_autocheckpoint = 0; INSERT INTO a VALUES (zeroblob(8000000));", nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	database, log := open2(t, path), open2(t, path+"-wal")
	before := bytesWritten(t)
	c, err := OpenWithLog(ctx, database, lastRead{log, cancel})
	if err != nil {
		t.Fatalf("closed while the copy had its name: %v", err)
	}
	if n, err := c.Bytes("SELECT count(*) FROM a"); err == nil {
		t.Errorf("%s rows after a stop", n)
	}
	err = c.Close()
	if n := bytesWritten(t) - before; n > 12_000_000 {
		t.Errorf("%d bytes written for a copy of 8 MB: %v", n, err)
	}
}

// lastRead calls end at the end of a file.
type lastRead struct {
	*os.File
	end func()
}

func (r lastRead) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	if err != nil {
		r.end()
	}
	return n, err
}

func bytesWritten(t *testing.T) (n int) {
	t.Helper()
	data, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(data), "wchar: ")
	if _, err := fmt.Sscan(after, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
