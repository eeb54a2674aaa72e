// Package disk says in words what a file system refused, and what to do about it.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// An Error is an error of the disk that holds a folder.
type Error struct {
	Is      host.DiskError
	Left    string // what the step that failed left as it was; "" if nothing is to be said
	Another string // how to use another disk; "" if that is no way out
	Again   string // what to do once the disk is in order

	folder string
	err    error
}

// Explain returns the Error of what a file system returned for a folder, or for something in it.
func Explain(err error, folder string) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{Is: host.DiskErrorOf(err), folder: filepath.Clean(folder), err: err}
	missing, taken := e.Is == host.NotThere, e.Is == "" && errors.Is(err, fs.ErrExist)
	switch place, info := existing(e.folder); {
	case (missing || taken) && info != nil && !info.IsDir(): // also a link that leads nowhere
		e.Is = host.NotFolder
	case missing && place != e.folder:
		e.Is = host.DiskGone
	case e.Is == host.DiskFull && e.outOfNames():
		e.Is = host.NoNames
	}
	return e
}

// Folder returns the folder whose disk it is.
func (e *Error) Folder() string { return e.folder }

// Unwrap returns the error of the system.
func (e *Error) Unwrap() error { return e.err }

// Error says what happened, to which disk.
func (e *Error) Error() string {
	text := e.what()
	if e.Left != "" {
		text += "; " + e.Left
	}
	return text
}

func (e *Error) what() string {
	if e.Is == host.NotFolder {
		return notFolderText(e.folder, e.err)
	}
	text, _ := words.Disk(string(e.Is), device.Quoted(e.folder), e.err.Error(), e.free(), "")
	return text
}

// free returns how much room there is on the disk, nil if that is unknown.
func (e *Error) free() *uint64 {
	place, _ := existing(e.folder)
	free, err := host.FreeBytes(place)
	if err != nil {
		return nil
	}
	return &free
}

// A disk with more room than ample for data, and with less for files than a copy may have folders,
// was full of files.
const (
	ample      = 64 << 20
	ampleNames = 1000
)

func (e *Error) outOfNames() bool {
	place, _ := existing(e.folder)
	names, counted := host.FreeNames(place)
	free := e.free()
	return counted && names < ampleNames && free != nil && *free > ample
}

func notFolderText(folder string, err error) string {
	place, info := existing(folder)
	if info == nil {
		return err.Error()
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		leads, _ := os.Readlink(place)
		return fmt.Sprintf("%s is a link to %s, which does not exist", device.Quoted(place), device.Quoted(leads))
	}
	if !info.IsDir() {
		return device.Quoted(place) + " is not a folder"
	}
	return err.Error()
}

// existing returns the folder, or the nearest one above it that exists, or what is in its place.
func existing(folder string) (place string, info fs.FileInfo) {
	for place = folder; ; place = filepath.Dir(place) {
		if info, err := os.Stat(place); err == nil {
			return place, info
		}
		if info, err := os.Lstat(place); err == nil {
			return place, info
		}
		if place == filepath.Dir(place) {
			return place, nil
		}
	}
}

// Hint says what to do.
func (e *Error) Hint() string {
	step := e.step()
	switch {
	case step == "" && (e.Another == "" || e.Is == "" || e.Is == host.NotThere):
		return e.Again
	case step == "":
		return e.Another
	case e.Another == "":
		return step + "; then " + e.Again
	default:
		return step + ", or " + e.Another + "; then " + e.Again
	}
}

// step returns what may put the disk in order; "" if nothing does.
func (e *Error) step() string {
	if e.Is == host.NotFolder {
		if _, info := existing(e.folder); info != nil && info.Mode()&fs.ModeSymlink != 0 {
			return "connect the disk that it leads to"
		}
		return ""
	}
	_, step := words.Disk(string(e.Is), "", "", nil, "")
	return step
}
