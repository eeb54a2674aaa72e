package library

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestRemember(t *testing.T) {
	list := filepath.Join(t.TempDir(), "data", "libraries.json")
	folder := t.TempDir()
	made := func(name string) Library {
		l, err := Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	check := func(what string, want ...string) {
		t.Helper()
		got, err := Remembered(list)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var names []string
		for _, l := range got {
			names = append(names, filepath.Base(l.Path))
		}
		if fmt.Sprint(names) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", what, names, want)
		}
	}
	remember := func(l Library) {
		t.Helper()
		if err := Remember(list, l); err != nil {
			t.Fatal(err)
		}
	}
	check("no list")
	a, b := made("a"), made("b")
	remember(a)
	remember(b)
	check("two", "b", "a")
	remember(a)
	check("the newest first, and each once", "a", "b")
	if err := os.Remove(b.Path); err != nil {
		t.Fatal(err)
	}
	check("a disk that is away", "a")
	made("b")
	check("and back", "a", "b")
	for n := range maxRemembered {
		remember(made(fmt.Sprint(n)))
	}
	if got, _ := Remembered(list); len(got) != maxRemembered {
		t.Errorf("%d are remembered, want %d", len(got), maxRemembered)
	}
	for _, damaged := range []string{"", "{}", `["relative"`, `[1]`} {
		if err := os.WriteFile(list, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Remembered(list); err == nil || len(got) > 0 {
			t.Errorf("%q: %v, %v", damaged, got, err)
		}
	}
	remember(a)
	check("a damaged list begins again", "a")
	if err := os.WriteFile(list, []byte(`["relative"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	check("no relative path")
}
