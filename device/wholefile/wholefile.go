// Package wholefile writes files that are there as a whole or not at all.
package wholefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts a new file at path, in the place of the one that is there, if any. The file
// appears once fill has returned and its content is on the disk, so that neither a full disk
// nor a kill leaves half of it; after an error what was there is unchanged. Only its owner may
// read it, whatever the mode of the file before. Its folder must exist.
func Write(path string, fill func(io.Writer) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	buffer := bufio.NewWriterSize(draft, 64<<10)
	err = fill(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = draft.Sync()
	}
	err = errors.Join(err, draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		os.Remove(draft.Name())
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	return nil
}

// WriteBytes is Write for what is at hand as a whole.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// withoutPath drops the name of the draft from an error of the file system.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	if inner, ok := errors.AsType[*os.LinkError](err); ok {
		return inner.Err
	}
	return err
}
