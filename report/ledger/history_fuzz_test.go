package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

// FuzzOpenHistory opens a history truncated to its first bytes, with others written over them, or
// with arbitrary bytes if none are left. The bytes are never lost: they are opened, kept under
// another name, or left unchanged with an error.
func FuzzOpenHistory(f *testing.F) {
	whole := read(f, written(f, 1))
	f.Add(uint(0), uint(0), []byte{})
	f.Add(uint(0), uint(0), []byte("no database"))
	f.Add(uint(4096), uint(0), []byte{})
	f.Add(uint(len(whole)), uint(68), []byte{0, 0, 0, 9}) // the application ID
	f.Add(uint(len(whole)), uint(60), []byte{0, 0, 0, 1})
	f.Add(uint(len(whole)), uint(bytes.Index(whole, []byte("CREATE INDEX"))), []byte("CREATE OUTDEX"))
	f.Add(uint(len(whole)), uint(4096), []byte{0x0d, 0xff})
	f.Fuzz(func(t *testing.T, left, at uint, over []byte) {
		content := bytes.Clone(whole[:min(left, uint(len(whole)))])
		at = min(at, uint(len(content)))
		content = append(content[:at], append(over, content[min(at+uint(len(over)), uint(len(content))):]...)...)
		path := filepath.Join(t.TempDir(), "history.sqlite")
		must(t, os.WriteFile(path, content, 0o600))
		s, err := OpenHistory(t.Context(), path)
		if err != nil {
			if !bytes.Equal(read(t, path), content) {
				t.Fatalf("%v, and the file was changed", err)
			}
			return
		}
		if kept := s.Recovery().Kept; kept != "" && !bytes.Equal(read(t, kept), content) {
			t.Fatal("what was set aside is not what was there")
		}
		_, err = s.Stale(t.Context(), monday, 14)
		if broken, ok := errors.AsType[*BrokenError](err); ok {
			if _, err := os.Stat(broken.Recovery.Kept); err != nil {
				t.Fatal(err)
			}
		}
		must(t, s.Close())
	})
}

// A packed document that is huge when unpacked is not unpacked.
func TestABombIsNotUnpacked(t *testing.T) {
	bomb := pack(append([]byte(`{"devices":[{"udid":"`), append(bytes.Repeat([]byte("x"), maxDetail), `"}]}`...)...))
	if d, ok := deviceIn(bomb, "x"); ok {
		t.Errorf("%d bytes became %d", len(bomb), len(d.UDID))
	}
	s := fresh(t)
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	if err := s.Add(t.Context(), runID(1), report.Device{UDID: "a", Name: string(bytes.Repeat([]byte("x"), maxDetail))}); err == nil {
		t.Error("what is too long to be read is written")
	}
}
