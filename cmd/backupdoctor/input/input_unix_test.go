//go:build unix

package input

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Special files are rejected in default locations.
func TestSpecialFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	fifo, socket := filepath.Join(folder, "fifo"), filepath.Join(folder, "socket")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	link := filepath.Join(folder, "link")
	if err := os.Symlink(fifo, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{fifo: "a FIFO", link: "a FIFO", socket: "a socket", os.DevNull: "a device"} {
		_, err := Open(path)
		if special, ok := errors.AsType[*SpecialFileError](err); !ok || special.Kind != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

// A named FIFO is read until the context ends, before or after it opens.
func TestNamedFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := errors.New("ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ended)
	if _, err := OpenNamed(ctx, fifo); err != ended {
		t.Errorf("without a writer: %v", err)
	}
	writer, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	ctx, cancel = context.WithCancelCause(t.Context())
	file, err := OpenNamed(ctx, fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	writer.WriteString("text")
	text := make([]byte, 4)
	if _, err := io.ReadFull(file, text); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
	cancel(ended)
	if _, err := file.Read(text); err != ended {
		t.Errorf("after the end: %v", err)
	}
}
