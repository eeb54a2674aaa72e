//go:build !windows

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOthersMustNotWrite(t *testing.T) {
	for _, c := range []struct {
		name         string
		file, folder os.FileMode
		want         string // "" if it is read
	}{
		{"private", 0o600, 0o700, ""},
		{"readable", 0o644, 0o755, ""},
		{"group", 0o660, 0o700, "other users may write to"},
		{"everybody", 0o602, 0o700, "other users may write to"},
		{"folder of everybody", 0o600, 0o777, "other users may replace"},
		{"sticky folder", 0o600, 0o777 | os.ModeSticky, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := write(t, "max-age: 3d\n")
			path := filepath.Join(folder, "backupdoctor", FileName)
			for name, mode := range map[string]os.FileMode{path: c.file, filepath.Dir(path): c.folder} {
				if err := os.Chmod(name, mode); err != nil {
					t.Fatal(err)
				}
			}
			read, err := Load(environment(folder, nil), settings, "")
			switch {
			case c.want == "" && (err != nil || !read.Read):
				t.Errorf("%+v, %v", read, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v", err)
			}
		})
	}
}

// A link to the user's own file is followed; a file of another user is rejected, unless it is
// root's. Only root can create one.
func TestForeignFile(t *testing.T) {
	folder := write(t, "max-age: 3d\n")
	path := filepath.Join(folder, "backupdoctor", FileName)
	link := filepath.Join(folder, "link.yaml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(environment(folder, nil), settings, link); err != nil {
		t.Error(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	if err := os.Chown(path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(environment(folder, nil), settings, link); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("error %v", err)
	}
}
