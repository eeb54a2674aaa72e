package scan

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// Only a file that ends like a complete archive counts as one.
func TestTheEndOfAnArchive(t *testing.T) {
	var plain, zipped bytes.Buffer
	list := tar.NewWriter(&plain)
	if err := list.WriteHeader(&tar.Header{Name: "a", Size: 3, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	list.Write([]byte("abc"))
	list.Close()
	w := gzip.NewWriter(&zipped)
	w.Write(plain.Bytes())
	w.Close()
	padded := append(bytes.Clone(zipped.Bytes()[:zipped.Len()/2]), make([]byte, zipped.Len()-zipped.Len()/2)...)
	for name, test := range map[string]struct {
		file string
		data []byte
		want bool
	}{
		"compressed":            {"a.tar.gz", zipped.Bytes(), true},
		"compressed, a part":    {"a.tar.gz.part", zipped.Bytes(), true},
		"plain":                 {"a.tar", plain.Bytes(), true},
		"cut and padded":        {"a.tar.gz", padded, false},
		"cut":                   {"a.tar.gz", zipped.Bytes()[:zipped.Len()-7], false},
		"a plain one cut":       {"a.tar", plain.Bytes()[:plain.Len()-1024], false},
		"zeros":                 {"a.tar.gz", make([]byte, 4096), false},
		"plain zeros":           {"a.tar", make([]byte, 4096), false},
		"nothing":               {"a.tar.gz", nil, false},
		"a few bytes":           {"a.tar", []byte("abc"), false},
		"a gzip of nothing":     {"a.tar.gz", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00"), false},
		"a text under its name": {"a.tar.gz", bytes.Repeat([]byte("milk, bread\n"), 100), false},
	} {
		path := filepath.Join(t.TempDir(), test.file)
		if err := os.WriteFile(path, test.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := endsWhole(path); got != test.want || err != nil {
			t.Errorf("%s: %t, %v; want %t", name, got, err, test.want)
		}
	}
}
