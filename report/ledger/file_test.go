package ledger

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is not a hub's database is left unchanged, however it is opened.
func TestAForeignFileIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "other.sqlite")
	db, err := sql.Open("sqlite", other)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE files (id TEXT)")
	must(t, errors.Join(err, db.Close()))
	text, sub := filepath.Join(folder, "text.sqlite"), filepath.Join(folder, "folder")
	must(t, os.WriteFile(text, []byte("Dear diary,\n"), 0o600))
	must(t, os.Mkdir(sub, 0o700))
	for _, path := range []string{other, text, sub, os.DevNull} {
		before, _ := os.ReadFile(path) // nil for a folder
		for how, open := range map[string]func() (*Store, error){
			"to read":  func() (*Store, error) { return OpenToRead(t.Context(), "sqlite:"+path) },
			"to write": func() (*Store, error) { return Open(t.Context(), "sqlite:"+path) },
		} {
			if s, err := open(); !errors.Is(err, ErrForeign) {
				t.Errorf("%s %s: %v, %v", path, how, s, err)
			}
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	if len(entries) != 3 {
		t.Errorf("beside them there is now %v", entries)
	}
}

// Reading neither creates nor changes anything, while a hub has the database open and afterwards.
func TestReadingChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fleet.sqlite")
	if s, err := OpenToRead(t.Context(), "sqlite:"+path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before there is one: %v, %v", s, err)
	}
	hub, err := Open(t.Context(), "sqlite:"+path)
	must(t, err)
	put(t, hub, story()...)
	asked := func() {
		t.Helper()
		s, err := OpenToRead(t.Context(), "sqlite:"+path)
		must(t, err)
		if list, err := s.Devices(t.Context(), Filter{}, NewestFirst, Page{}); err != nil || len(list.Rows) == 0 {
			t.Errorf("%d devices, %v", len(list.Rows), err)
		}
		if _, err := s.Put(t.Context(), message(99, "oslo", sheet{id: "new", taken: monday})); err == nil {
			t.Error("a report was kept")
		}
		must(t, s.Close())
	}
	asked()
	must(t, hub.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	asked()
	after, err := os.ReadFile(path)
	must(t, err)
	if string(after) != string(before) {
		t.Error("the file was changed")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("beside it there is now %v", entries)
	}
}

// Errors say what happened.
func TestADamagedFileIsSaidToBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fleet.sqlite")
	hub, err := Open(t.Context(), "sqlite:"+path)
	must(t, err)
	put(t, hub, story()...)
	must(t, hub.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	for at := 4096; at < len(content); at++ {
		content[at] = 0xa5
	}
	must(t, os.WriteFile(path, content, 0o600))
	_, err = OpenToRead(t.Context(), "sqlite:"+path)
	if err == nil || !strings.Contains(err.Error(), "the database is damaged") || strings.Contains(err.Error(), "SQLITE") {
		t.Errorf("told %v", err)
	}
}
