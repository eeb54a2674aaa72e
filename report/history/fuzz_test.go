package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// FuzzOpen opens a history of which only the first bytes are left, with others written over
// them: any bytes at all, where none are left. Whatever they are, they are never lost: they
// are opened, or kept under another name, or left as they are with an error.
func FuzzOpen(f *testing.F) {
	whole := read(f, written(f, 1))
	f.Add(uint(0), uint(0), []byte{})
	f.Add(uint(0), uint(0), []byte("no database"))
	f.Add(uint(4096), uint(0), []byte{})
	f.Add(uint(len(whole)), uint(60), []byte{0, 0, 0, 9}) // the number of the schema
	f.Add(uint(len(whole)), uint(60), []byte{0, 0, 0, 1})
	f.Add(uint(len(whole)), uint(bytes.Index(whole, []byte("CREATE INDEX"))), []byte("CREATE OUTDEX"))
	f.Add(uint(len(whole)), uint(4096), []byte{0x0d, 0xff})
	f.Fuzz(func(t *testing.T, left, at uint, over []byte) {
		content := bytes.Clone(whole[:min(left, uint(len(whole)))])
		at = min(at, uint(len(content)))
		content = append(content[:at], append(over, content[min(at+uint(len(over)), uint(len(content))):]...)...)
		path := filepath.Join(t.TempDir(), "history.sqlite")
		must(t, os.WriteFile(path, content, 0o600))
		s, err := Open(t.Context(), path)
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

// FuzzUnpack reads any bytes as the report of a device.
func FuzzUnpack(f *testing.F) {
	for _, d := range tray(f) {
		packed, err := pack(d)
		must(f, err)
		f.Add(packed)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packed []byte) {
		var d report.Device
		if unpack(packed, &d) != nil {
			return
		}
		again, err := pack(d)
		if err != nil {
			if _, err := json.Marshal(d); err == nil {
				t.Fatal("what was unpacked cannot be packed")
			}
			return // a year that JSON cannot write
		}
		var same report.Device
		must(t, unpack(again, &same))
		if diff := cmp.Diff(d, same); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A packed document that is enormous once it is unpacked is not unpacked.
func TestABombIsNotUnpacked(t *testing.T) {
	bomb, err := packBytes(append([]byte(`{"udid":"`), append(bytes.Repeat([]byte("x"), maxDetail), `"}`...)...))
	must(t, err)
	var d report.Device
	if err := unpack(bomb, &d); err == nil {
		t.Errorf("%d bytes became %d", len(bomb), len(d.UDID))
	}
	if _, err := pack(report.Device{UDID: string(bytes.Repeat([]byte("x"), maxDetail))}); err == nil {
		t.Error("what is too long to be read is written")
	}
}
