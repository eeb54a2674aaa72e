package library

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// notSentName is the file, beside the backup, that lists what the device could not read.
const notSentName = "not-sent.json"

// maxNotSent bounds the size of such a file that is read, in bytes.
const maxNotSent = 8 << 20

// AddNotSent records files that the device could not read in a session, by ID.
func (p *Partial) AddNotSent(files []device.BackupProblem) error {
	if len(files) == 0 {
		return nil
	}
	before, err := readNotSent(p.notSentPath())
	if err != nil {
		return err
	}
	for _, f := range files {
		if !slices.ContainsFunc(before, func(b device.BackupProblem) bool { return b.FileID == f.FileID }) {
			before = append(before, f)
		}
	}
	return saveJSON(p.notSentPath(), before)
}

func (p *Partial) notSentPath() string { return filepath.Join(p.Path, notSentName) }

// settleNotSent drops the files that a later session sent.
func (p *Partial) settleNotSent() error {
	files, err := readNotSent(p.notSentPath())
	if err != nil || len(files) == 0 {
		return err
	}
	files = slices.DeleteFunc(files, func(f device.BackupProblem) bool {
		const prefix = 2 // hexadecimal digits of a folder name
		if len(f.FileID) <= prefix {
			return false
		}
		_, err := p.device.root.Lstat(path.Join(partialName, p.device.UDID, f.FileID[:prefix], f.FileID))
		return err == nil
	})
	if len(files) == 0 {
		return os.Remove(p.notSentPath())
	}
	return saveJSON(p.notSentPath(), files)
}

// NotSent returns the files that the device could not read when it made a copy, so that the copy
// does not have them. The error says why they are not known.
func NotSent(folder string) ([]device.BackupProblem, error) {
	return readNotSent(filepath.Join(filepath.Dir(folder), notSentName))
}

func readNotSent(path string) (files []device.BackupProblem, err error) {
	file, err := openBeside(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return files, json.NewDecoder(io.LimitReader(file, maxNotSent)).Decode(&files)
}
