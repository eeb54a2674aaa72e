package input

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRegularFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if _, err := OpenNamed(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (io.ReadCloser, error){
		"usual": func() (io.ReadCloser, error) { return Open(path) },
		"named": func() (io.ReadCloser, error) { return OpenNamed(t.Context(), path) },
	} {
		file, err := open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, err := io.ReadAll(file); string(text) != "text" || err != nil {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		file.Close()
	}
	if _, err := Open(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "is a directory, not a regular file") {
		t.Errorf("a directory: %v", err)
	}
}

// A Reader returns what was written, in pieces of any size, and then the error.
func TestReader(t *testing.T) {
	text := strings.Repeat("0123456789", 50_000)
	for name, from := range map[string]io.Reader{
		"whole":            strings.NewReader(text),
		"by bytes":         iotest.OneByteReader(strings.NewReader(text[:1000])),
		"error with bytes": iotest.DataErrReader(strings.NewReader(text)),
	} {
		r := NewReader(t.Context(), from)
		got, err := io.ReadAll(iotest.HalfReader(r))
		if err != nil || !strings.HasPrefix(text, string(got)) || len(got) < 1000 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	broken := errors.New("broken")
	if _, err := io.ReadAll(NewReader(t.Context(), iotest.ErrReader(broken))); err != broken {
		t.Errorf("%v, want %v", err, broken)
	}
}

// A blocked read ends with the context and returns its cause.
func TestReaderEndsWithItsContext(t *testing.T) {
	silent, writer := io.Pipe()
	defer writer.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := errors.New("ended")
	r := NewReader(ctx, silent)
	go writer.Write([]byte("a"))
	got := make([]byte, 1)
	if _, err := io.ReadFull(r, got); string(got) != "a" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	go cancel(ended)
	if n, err := r.Read(got); n != 0 || err != ended {
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
