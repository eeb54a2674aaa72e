package library

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// An exported backup is independent of the copy, and nothing is overwritten.
func TestExport(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	file := id(0x0a, 1)
	if err := p.Keep([]Received{put(t, p, file, "one", "")}); err != nil {
		t.Fatal(err)
	}
	c := finish(t, p, noon)
	place := t.TempDir()
	if err := os.Mkdir(filepath.Join(place, exportingStart+udid), 0o700); err != nil {
		t.Fatal(err)
	}
	result, err := d.Export(t.Context(), c, place, nil)
	if err != nil || result.Path != filepath.Join(place, udid) || result.LeftOut != (LeftOut{}) {
		t.Fatalf("%+v, %v", result, err)
	}
	exported := filepath.Join(result.Path, "0a", file.String())
	if text, err := os.ReadFile(exported); err != nil || string(text) != "one" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.WriteFile(exported, []byte("ONE"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(c.Folder, "0a", file.String())); err != nil || string(text) != "one" {
		t.Errorf("the copy became %q, %v", text, err)
	}
	if _, err := d.Export(t.Context(), c, place, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second export: %v", err)
	}
	if text, err := os.ReadFile(exported); err != nil || string(text) != "ONE" {
		t.Errorf("it was overwritten: %q, %v", text, err)
	}
	if entries, err := os.ReadDir(place); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
