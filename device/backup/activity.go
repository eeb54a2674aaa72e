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

// A Change is the most recent change in a folder.
type Change struct {
	Path string // within the folder; "." is the folder itself
	At   time.Time
}

// Activity holds the signs that a program may be writing a backup.
type Activity struct {
	Newest     Change   // across the whole folder
	End        Change   // of Status.plist, which a backup writes last; zero if there is none
	AfterEnd   Change   // the newest change later than End; zero if there is none or the backup did not finish
	Unfinished bool     // Status.plist is missing or does not say finished, or files of an unfinished backup are present
	OpenIn     []string // programs with open files in the folder, without duplicates; nil if the system cannot tell
}

// depthOfFiles is the depth of a backup's files, as in Snapshot/ab/.
const depthOfFiles = 3

// clockStep is the tolerance when comparing the dates of two files.
const clockStep = 2 * time.Second

// infoAfter is how long after Status.plist the computer may write Info.plist and be done. Some
// programs also write it right before they request a backup.
const infoAfter = 5 * time.Minute

// LookForActivity checks the dates of all files of a backup, including an unfinished one, and
// which files programs have open. It checks every file because a growing file does not change
// its folder's date.
func LookForActivity(ctx context.Context, folder Folder) (Activity, error) {
	root, err := os.OpenRoot(folder.Path)
	if err != nil {
		return Activity{}, reasonOf(err)
	}
	defer root.Close()
	top, err := openDirectory(root, ".")
	if err != nil {
		return Activity{}, reasonOf(err)
	}
	defer top.close()
	status := readStatus(top)
	state, _ := status.snapshot.Get()
	a := Activity{Unfinished: state != stateFinished}
	if info, err := root.Lstat(statusName); err == nil {
		a.End = Change{statusName, info.ModTime()}
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, fs.ErrNotExist):
			return nil // deleted during the walk
		case err != nil:
			return reasonOf(err)
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		a.see(name, info.ModTime(), a.End.At)
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

// see records one file or folder.
func (a *Activity) see(name string, at, ended time.Time) {
	if at.After(a.Newest.At) {
		a.Newest = Change{name, at}
	}
	switch {
	case slices.Contains([]string{snapshotName, dbName + "-wal", dbName + "-shm"}, name):
		a.Unfinished = true
	case name == "." || name == infoName && at.Sub(ended) < infoAfter || strings.HasPrefix(path.Base(name), "."):
		// The computer writes Info.plist and its own notes after the device is done.
	case at.Sub(ended) > clockStep && at.After(a.AfterEnd.At):
		a.AfterEnd = Change{name, at}
	}
}
