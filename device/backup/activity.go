package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// A Change is the newest change in a folder.
type Change struct {
	Path string // within the folder; "." is the folder itself
	At   time.Time
}

// Activity is what shows that something may be writing a backup.
type Activity struct {
	Newest     Change   // of everything in the folder
	AfterEnd   Change   // the newest that is newer than Status.plist, which a backup writes last; zero if none is, or if it did not finish
	Unfinished bool     // Status.plist is not there or does not say finished, or files of a backup under way lie about
	OpenIn     []string // programs that have files in it open, each once; nil if the system does not tell
}

// depthOfFiles is how deep the files of a backup lie: in Snapshot/ab/.
const depthOfFiles = 3

// clockStep is by how much the date of a file may be off beside that of another one.
const clockStep = 2 * time.Second

// LookForActivity looks at the dates of all files of a backup, those of one under way
// included, and at the files that programs have open. A file that grows changes no folder,
// so that each is looked at.
func LookForActivity(ctx context.Context, folder Folder) (Activity, error) {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return Activity{}, reasonOf(err)
	}
	defer root.Close()
	status := readStatus(root)
	state, _ := status.snapshot.Get()
	a := Activity{Unfinished: state != stateFinished}
	var ended time.Time
	if info, err := root.Lstat(statusName); err == nil {
		ended = info.ModTime()
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went while it was being looked at
		case err != nil:
			return reasonOf(err)
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		a.see(name, info.ModTime(), ended)
		if entry.IsDir() && strings.Count(name, "/") >= depthOfFiles-1 {
			return fs.SkipDir
		}
		return nil
	})
	if a.Unfinished {
		a.AfterEnd = Change{}
	}
	a.OpenIn = openIn(ctx, folder.Path)
	return a, err
}

// see takes note of one file or folder.
func (a *Activity) see(name string, at, ended time.Time) {
	if at.After(a.Newest.At) {
		a.Newest = Change{name, at}
	}
	switch {
	case slices.Contains([]string{snapshotName, dbName + "-wal", dbName + "-shm"}, name):
		a.Unfinished = true
	case name == "." || name == infoName || strings.HasPrefix(path.Base(name), "."):
		// The computer writes Info.plist and notes of its own after the device is done.
	case at.Sub(ended) > clockStep && at.After(a.AfterEnd.At):
		a.AfterEnd = Change{name, at}
	}
}
