package host

import (
	"errors"
	"io/fs"
	"slices"
)

// A DiskError is why a file system refused an operation.
type DiskError string

// The errors of file systems that people can do something about.
const (
	DiskFull     DiskError = "full"
	NoNames      DiskError = "no-names"      // room for data, and for no more files
	QuotaUsed    DiskError = "quota-used"    // the user may not use more of it
	ReadOnly     DiskError = "read-only"     // mounted so, or write-protected
	NotPermitted DiskError = "not-permitted" // to this user
	FileTooLarge DiskError = "file-too-large"
	NoLocks      DiskError = "no-locks"    // it cannot lock files
	Unsupported  DiskError = "unsupported" // it cannot do it at all, such as link files
	DiskFails    DiskError = "fails"       // it cannot read or write, or a network drive does not answer
	DiskGone     DiskError = "gone"        // it was removed
	NotFolder    DiskError = "not-folder"  // there is a file, where a folder should be
	NotThere     DiskError = "not-there"   // a file or folder is missing
)

// Error makes a DiskError the error of a caller that saw it coming.
func (e DiskError) Error() string { return "disk error: " + string(e) }

// DiskErrorOf returns the DiskError of an error that a file system returned; "" for other errors.
func DiskErrorOf(err error) DiskError {
	if is, ok := errors.AsType[DiskError](err); ok {
		return is
	}
	for _, known := range diskErrors {
		if slices.ContainsFunc(known.errors, func(e error) bool { return errors.Is(err, e) }) {
			return known.is
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return NotPermitted
	case errors.Is(err, fs.ErrNotExist):
		return NotThere
	default:
		return ""
	}
}

// IsFull reports whether an error means that the disk is full, or the user's share of it.
func IsFull(err error) bool {
	is := DiskErrorOf(err)
	return is == DiskFull || is == QuotaUsed
}
