//go:build !windows

package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/usb"
)

// A part is continued only if it certainly belongs to this user.
func TestWhoMadeThePart(t *testing.T) {
	attached := usb.Attached{UDID: "00008110-001A2B3C4D5E6F70"}
	archive := usb.Archive{Name: "sysdiagnose_2026.11.20_08-00-00+0000_iPhone-OS_iPhone_23G90.tar.gz", Bytes: 100, ChangedAt: time.Unix(1_763_000_000, 0)}
	write := func(length int, mode os.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("x", length)), 0o600))
			must(t, os.Chmod(path, mode))
		}
	}
	for _, c := range []struct {
		name      string
		set       func(*testing.T, string)
		continued bool
	}{
		{"one's own", write(40, 0o600), true},
		{"complete", write(100, 0o600), true},
		{"longer than the archive", write(101, 0o600), false},
		{"readable by others", write(40, 0o644), false},
		{"writable by others", write(40, 0o620), false},
		{"of another user", func(t *testing.T, path string) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			write(40, 0o600)(t, path)
			must(t, os.Chown(path, 12345, 12345))
		}, false},
		{"a link", func(t *testing.T, path string) {
			write(40, 0o600)(t, path+"-else")
			must(t, os.Symlink(path+"-else", path))
		}, false},
		{"a second name of another file", func(t *testing.T, path string) {
			write(40, 0o600)(t, path+"-else")
			must(t, os.Link(path+"-else", path))
		}, false},
		{"a folder", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, partPrefix(attached, archive)+"ABC"+partSuffix)
			c.set(t, path)
			part, err := openPart(folder, attached, archive)
			must(t, err)
			defer part.Close()
			if (part.Name() == path) != c.continued {
				t.Errorf("%s is written to", part.Name())
			}
			info, err := part.Stat()
			if err != nil || info.Mode() != 0o600 || !c.continued && info.Size() != 0 {
				t.Errorf("%v, %v", info, err)
			}
			if again, err := openPart(folder, attached, archive); err != nil || again.Name() == part.Name() {
				t.Errorf("%v: it is in use", err)
			} else {
				again.Close()
			}
		})
	}
}

// A part belongs to one archive on one device: another length, time or device means another
// part.
func TestPartsAreTold(t *testing.T) {
	attached, archive := usb.Attached{UDID: "a"}, usb.Archive{Name: "sysdiagnose_1.tar.gz", Bytes: 1, ChangedAt: time.Unix(1, 0)}
	seen := map[string]bool{partPrefix(attached, archive): true}
	longer, later := archive, archive
	longer.Bytes, later.ChangedAt = 2, time.Unix(2, 0)
	for _, other := range []string{partPrefix(attached, longer), partPrefix(attached, later), partPrefix(usb.Attached{UDID: "b"}, archive)} {
		if seen[other] {
			t.Errorf("%s is that of another", other)
		}
		seen[other] = true
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
