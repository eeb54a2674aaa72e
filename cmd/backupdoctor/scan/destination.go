package scan

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// A Destination says which files may be written.
type Destination struct {
	Overwrite bool
}

// Check reports whether a file could be written, without touching it.
func (d Destination) Check(path string) error {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return nil
	case errors.Is(err, os.ErrNotExist):
		_, err := os.Stat(filepath.Dir(path)) // where it would be written
		return err
	case err != nil:
		return err
	case info.IsDir():
		return command.Usage("", "%s is a folder", path)
	case info.Mode().IsRegular() && !d.Overwrite:
		return command.Usage("--force overwrites it", "%s exists already", path)
	}
	return nil
}

// Write has a whole file written, which only its owner may read: reports name people's
// devices. The file appears once it is complete, so that neither a full disk nor a second
// Ctrl-C leaves half of it. What is no regular file is written to as it is.
func (d Destination) Write(path string, stdout io.Writer, render func(io.Writer) error) error {
	if path == "" {
		return buffered(stdout, render)
	}
	if err := d.Check(path); err != nil {
		return err
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		return wholefile.Write(path, render)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(buffered(file, render), file.Close())
}

// buffered has something written in large pieces.
func buffered(w io.Writer, render func(io.Writer) error) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := render(out); err != nil {
		return err
	}
	return out.Flush()
}
