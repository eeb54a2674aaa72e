package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// holds checks that a folder contains exactly one file, with this content.
func holds(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	must(t, err)
	if string(got) != content {
		t.Errorf("it holds %q, want %q", got, content)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("beside it lie others: %v", entries)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, WriteBytes(path, []byte("first")))
	holds(t, path, "first")
	must(t, os.Chmod(path, 0o644))
	must(t, WriteBytes(path, []byte("second")))
	holds(t, path, "second")
	info, err := os.Stat(path)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
}

// While a file is being written, and after writing failed, the existing file is unchanged.
func TestAFileIsReplacedAsAWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, WriteBytes(path, []byte("first")))
	failed := errors.New("the report cannot be made")
	err := Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("half of it", 100_000))
		must(t, err)
		got, err := os.ReadFile(path)
		must(t, err)
		if string(got) != "first" {
			t.Error("it was changed while it was written")
		}
		return failed
	})
	if !errors.Is(err, failed) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	holds(t, path, "first")
}

func TestErrorsNameTheFile(t *testing.T) {
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "taken"), 0o700))
	for name, want := range map[string]error{"missing/file": fs.ErrNotExist, "taken": nil} {
		path := filepath.Join(folder, name)
		err := WriteBytes(path, []byte("x"))
		if err == nil || want != nil && !errors.Is(err, want) || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), ".new-") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("a draft is left: %v", entries)
	}
}
