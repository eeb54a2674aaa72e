package config

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestDataFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of other systems")
	}
	for _, c := range []struct {
		name, goos, want string
		environment      map[string]string
	}{
		{"Linux", "linux", "/home/lea/.local/share", map[string]string{"HOME": "/home/lea"}},
		{"XDG", "linux", "/data/lea", map[string]string{"HOME": "/home/lea", "XDG_DATA_HOME": "/data/lea"}},
		{"XDG, relative", "linux", "/home/lea/.local/share", map[string]string{"HOME": "/home/lea", "XDG_DATA_HOME": "data"}},
		{"macOS", "darwin", "/Users/lea/Library/Application Support", map[string]string{"HOME": "/Users/lea", "XDG_DATA_HOME": "/data/lea"}},
		{"Windows", "windows", `C:\Users\lea\AppData\Local`, map[string]string{"LocalAppData": `C:\Users\lea\AppData\Local`}},
		{"nobody's", "linux", "", nil},
		{"nobody's on macOS", "darwin", "", nil},
		{"nobody's on Windows", "windows", "", map[string]string{"HOME": "/home/lea"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DataFolder(c.goos, func(name string) string { return c.environment[name] })
			if filepath.ToSlash(got) != c.want || (err != nil) != (c.want == "") {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}
