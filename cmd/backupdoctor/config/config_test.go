package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

var settings = []Setting{
	{Key: "assets", Path: WholePath},
	{Key: "formats", List: true, Path: func(text string) int { return strings.IndexByte(text, '=') + 1 }},
	{Key: "max-age", Check: func(text string) error {
		if text == "never" {
			return errors.New("it cannot be never")
		}
		return nil
	}},
}

func environment(folder string, variables map[string]string) command.Env {
	return command.Env{
		Getenv:    func(name string) string { return variables[name] },
		ConfigDir: func() (string, error) { return folder, nil },
	}
}

// write creates the default file in a new settings folder, and returns the folder.
func write(t *testing.T, content string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "backupdoctor"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "backupdoctor", FileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestPrecedence(t *testing.T) {
	folder := write(t, "max-age: 3d\nassets: sub/cart.csv\nformats: [~/a=b, c=/d]\n")
	for _, c := range []struct {
		name, key string
		variables map[string]string
		source    Source
		texts     []string
	}{
		{"file", "max-age", nil, File, []string{"3d"}},
		{"variable", "max-age", map[string]string{"BACKUPDOCTOR_MAX_AGE": "5d"}, Variable, []string{"5d"}},
		{"path", "assets", nil, File, []string{filepath.Join(folder, "backupdoctor", "sub", "cart.csv")}},
		{"path in a variable", "assets", map[string]string{"BACKUPDOCTOR_ASSETS": "cart.csv"}, Variable, []string{"cart.csv"}},
		{"list in a variable", "formats", map[string]string{"BACKUPDOCTOR_FORMATS": "json, html=/x"}, Variable, []string{"json", "html=/x"}},
		{"no such setting", "jobs", nil, Default, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := Load(environment(folder, c.variables), settings, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := read.Value(c.key); got.Source != c.source || !slices.Equal(got.Texts, c.texts) {
				t.Errorf("%s %q, want %s %q", got.Source, got.Texts, c.source, c.texts)
			}
		})
	}
}

func TestMistakesHaveALine(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"unknown key":        {"max-age: 3d\nmaxage: 4d\n", ":2: unknown key \"maxage\""},
		"wrong value":        {"\nmax-age: never\n", ":2: max-age: it cannot be never"},
		"list of one value":  {"max-age: [3d]\n", ":1: max-age: it takes one value, not a list"},
		"mapping as a value": {"max-age: {a: b}\n", ":1: max-age: it takes a value"},
		"no value":           {"max-age:\n", ":1: max-age: it has no value"},
		"empty list":         {"formats: []\n", ":1: formats: it has no value"},
		"twice":              {"max-age: 3d\nmax-age: 4d\n", "max-age"},
		"a list":             {"- max-age: 3d\n", ":1: the file is not a list of settings"},
		"a word":             {"max-age\n", ":1: the file is not a list of settings"},
		"control character":  {"assets: \"a\\e[2J\"\n", ":1: assets: \"a\\x1b[2J\" has control characters"},
		"key is a list":      {"[a, b]: c\n", ":1: unknown key"},
		"merge":              {"<<: {max-age: 3d}\n", ":1: unknown key"},
		"two documents":      {"max-age: 3d\n---\nmax-age: 4d\n", "several documents"},
		"no YAML":            {"max-age: [\n", FileName},
		"too large":          {strings.Repeat("#", maxBytes+1), "larger than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(environment(write(t, c.content), nil), settings, "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// An empty file and a missing one leave all settings at their defaults.
func TestNothingSet(t *testing.T) {
	for name, folder := range map[string]string{"empty": write(t, ""), "comment": write(t, "# nothing\n"), "null": write(t, "---\n"), "no file": t.TempDir(), "relative": "here"} {
		read, err := Load(environment(folder, nil), settings, "")
		if err != nil || len(read.Values) != len(settings) || read.Value("max-age").Source != Default {
			t.Errorf("%s: %+v, %v", name, read, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"max-age: 3d\n", "formats: [a, b=c]\n", "a: &a [*a]\n", "? {}\n: x\n", "\x00", "max-age: !!binary aGk=\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		found, err := parse(content, "file", settings)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("the error %q is not one clean line", err)
			}
			return
		}
		for key, e := range found {
			if len(e.texts) == 0 || e.line == 0 {
				t.Errorf("%s has %q in line %d", key, e.texts, e.line)
			}
		}
	})
}
