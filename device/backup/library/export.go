package library

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Contains reports whether a folder, which need not exist, is in the device's part of the library.
func (d *Device) Contains(folder string) bool {
	path, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	real, err := filepath.EvalSymlinks(path)
	for err != nil && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		real, err = filepath.EvalSymlinks(path)
	}
	inside, err := filepath.Rel(d.Path, real)
	return err == nil && filepath.IsLocal(inside)
}

// exportingStart begins the name of an export in progress, which no program takes for a backup.
const exportingStart = ".backupdoctor-"

// Exported is the result of an export.
type Exported struct {
	Path    string // of the exported backup
	Sharing Sharing
	LeftOut LeftOut
}

// Export puts a backup into another folder, under the UDID, where other programs look for it. It
// overwrites nothing: the error is fs.ErrExist if that name is taken. The files share blocks
// with the copy where the file system can, and are copied otherwise. They are never hard links,
// because those programs may write into them, which would change the copy.
func (d *Device) Export(ctx context.Context, c Copy, folder string, progress func(files int)) (Exported, error) {
	target, err := os.OpenRoot(folder)
	if err != nil {
		return Exported{}, err
	}
	defer target.Close()
	if _, err := target.Lstat(d.UDID); !errors.Is(err, fs.ErrNotExist) {
		return Exported{}, errors.Join(fs.ErrExist, err)
	}
	draft := exportingStart + d.UDID
	if err := target.RemoveAll(draft); err != nil { // left by a run that was interrupted
		return Exported{}, err
	}
	cl := cloning{source: d.root, from: c.Name + "/" + d.UDID, target: target, to: draft, unlinked: true}
	how, err := cl.all(ctx, progress)
	if err == nil {
		err = target.Rename(draft, d.UDID)
	}
	if err == nil {
		err = syncFolder(target, ".")
	}
	if err != nil {
		return Exported{}, errors.Join(err, target.RemoveAll(draft))
	}
	return Exported{filepath.Join(folder, d.UDID), how, cl.leftOut}, nil
}
