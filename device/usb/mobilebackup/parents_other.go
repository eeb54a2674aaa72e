//go:build !unix

package mobilebackup

import "os"

// parents does nothing: this system has no calls that are relative to an open folder.
type parents struct{}

func (parents) trim()   {}
func (parents) forget() {}

func (f *Folder) rename(from, to string) error { return f.root.Rename(from, to) }

func (f *Folder) createFile(name string) (*os.File, error) {
	return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}
