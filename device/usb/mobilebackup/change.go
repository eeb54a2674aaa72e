package mobilebackup

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
)

// makeFolder creates a folder and its parents; an existing folder is not an error.
func (f *Folder) makeFolder(name string) error {
	if err := f.root.MkdirAll(name, 0o700); err != nil {
		return err
	}
	f.touched(name)
	return nil
}

// move renames a file or folder, replacing the target.
func (f *Folder) move(from, to string) error {
	if from == "." || to == "." {
		return ErrPath
	}
	f.changing(from)
	err := f.rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		if _, missing := f.root.Lstat(from); missing != nil {
			return missing
		}
		err = cmp.Or(f.root.MkdirAll(path.Dir(to), 0o700), f.root.Rename(from, to))
	} else if err != nil {
		if info, errInfo := f.root.Lstat(to); errInfo == nil && info.IsDir() {
			f.parents.forget()
			err = cmp.Or(f.root.RemoveAll(to), f.root.Rename(from, to))
		}
	}
	if err == nil {
		f.touched(from)
		f.touched(to)
	}
	return err
}

// changing must be called before a name changes. It closes the folders that are kept open, because
// the name may be that of one of them or of a parent; a stored file's name cannot be.
func (f *Folder) changing(name string) {
	if f.settle(); !isStored(name) {
		f.parents.forget()
	}
}

// remove removes a file, or a folder and its contents. A missing name is not an error.
func (f *Folder) remove(name string) error {
	if name == "." {
		return ErrPath
	}
	f.changing(name)
	if err := f.root.RemoveAll(name); err != nil {
		return err
	}
	f.touched(name)
	return nil
}

// copy copies a file.
func (f *Folder) copy(from, to string) error {
	source, err := f.open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	file, temporary, err := f.create()
	if err != nil {
		return err
	}
	_, err = io.Copy(file, source)
	return f.install(file, temporary, to, err)
}
