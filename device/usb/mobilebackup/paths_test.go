package mobilebackup

import (
	"path/filepath"
	"strings"
	"testing"
)

const udid = "00008110-001A2B3C4D5E6F70"

func TestCleanPath(t *testing.T) {
	for path, want := range map[string]string{
		udid + "/Snapshot/49/4912":      udid + "/Snapshot/49/4912",
		"/.b/6/file":                    ".b/6/file",
		"//a/./b//":                     "a/b",
		"":                              ".",
		"/":                             ".",
		"..":                            "",
		"a/../../b":                     "",
		"a/..":                          "",
		"a\\..\\b":                      "",
		"C:/Windows":                    "",
		"a/file:stream":                 "",
		"CON":                           "",
		"a/nul.txt":                     "",
		"a/Com1.plist":                  "",
		"a/COM¹":                        "",
		"compass":                       "compass",
		"a/trailing.":                   "",
		"a/trailing ":                   "",
		"a/\x00":                        "",
		"a/\n":                          "",
		"a/\xff":                        "",
		".arriving/1":                   "",
		"/./.Arriving":                  "",
		"a/.arriving":                   "a/.arriving",
		strings.Repeat("a", 256):        "",
		strings.Repeat("a/", 17):        "",
		strings.Repeat("aaaaaaa/", 600): "",
	} {
		got, err := cleanPath(path)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("cleanPath(%.60q) = %q, %v, not %q", path, got, err, want)
		}
	}
}

func FuzzCleanPath(f *testing.F) {
	for _, path := range []string{"", "/", "a/../b", udid + "/Snapshot/49/4912", "a\\b", "con", ".arriving"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		name, err := cleanPath(path)
		if err != nil {
			return
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) || strings.HasPrefix(strings.ToLower(name), arriving) && (len(name) == len(arriving) || name[len(arriving)] == '/') {
			t.Errorf("%q became %q", path, name)
		}
		if again, err := cleanPath(name); err != nil || again != name {
			t.Errorf("%q became %q, and that %q, %v", path, name, again, err)
		}
	})
}
