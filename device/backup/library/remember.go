package library

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Limits of a list of libraries.
const (
	maxRemembered     = 20
	maxRememberedSize = 256 << 10 // bytes
)

// Remember puts a library first in the list in a file, which [Remembered] reads. The list keeps the
// newest.
func Remember(list string, l Library) error {
	paths, err := remembered(list)
	if err == nil && len(paths) > 0 && paths[0] == l.Path {
		return nil
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return path == l.Path }) // a damaged list begins again
	paths = slices.Insert(paths, 0, l.Path)
	if err := os.MkdirAll(filepath.Dir(list), 0o700); err != nil {
		return err
	}
	return saveJSON(list, paths[:min(len(paths), maxRemembered)])
}

// Remembered returns the libraries in a list that exist. One on a disk that is not connected does not.
func Remembered(list string) ([]Library, error) {
	paths, err := remembered(list)
	var found []Library
	for _, path := range paths {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) { // one that may not be read is there
			found = append(found, Library{path})
		}
	}
	return found, err
}

func remembered(list string) (paths []string, err error) {
	file, err := openBeside(list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		defer file.Close()
		err = json.NewDecoder(io.LimitReader(file, maxRememberedSize)).Decode(&paths)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	return slices.DeleteFunc(paths[:min(len(paths), maxRemembered)], func(path string) bool { return !filepath.IsAbs(path) }), nil
}
