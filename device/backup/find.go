package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/database"
)

// A Place is a folder that holds backups, each in its own folder.
type Place struct {
	Path    string
	Program string // the program whose default place it is, such as "Finder"; "" if named by the user
	Target  string // the target of Path if it or a parent folder is a link; else ""
}

// DefaultPlaces returns where Apple's programs keep backups on an operating system (a
// runtime.GOOS). home is the user's home folder, appData is %APPDATA% on Windows.
func DefaultPlaces(goos, home, appData string) []Place {
	switch goos {
	case "darwin":
		return []Place{{Path: filepath.Join(home, "Library", "Application Support", "MobileSync", "Backup"), Program: "Finder"}}
	case "windows":
		return []Place{
			{Path: filepath.Join(appData, "Apple Computer", "MobileSync", "Backup"), Program: "iTunes"},
			{Path: filepath.Join(home, "Apple", "MobileSync", "Backup"), Program: "Apple Devices, or iTunes from the Microsoft Store"},
		}
	default:
		return nil // no program has a default place on this system
	}
}

// A Folder is one backup that was found.
type Folder struct {
	Path     string // with links resolved
	UDID     string // from the folder's name; "" if the name is not a UDID
	Archived bool   // an archived copy, <UDID>-YYYYMMDD-HHMMSS, or another folder that no program backs up to
	Away     bool   // Path is the placeholder that a cloud drive left for the folder
	Place    Place
}

// A Closed is a place, or a folder in one, that could not be searched. Whether it holds backups
// is unknown.
type Closed struct {
	Place Place
	Path  string
	Err   error // fs.ErrPermission, another system error, or why the search stopped
}

// maxFolders bounds how many folders of one place are examined.
const maxFolders = 10_000

// errCrowded means that a place was searched only in part.
var errCrowded = fmt.Errorf("it has more than %d entries, and the rest was not read", maxFolders)

// Find searches places for backups; a place may also be a backup itself. A place that does not
// exist holds none. One that is not readable, or not fully searched when ctx ends, is returned
// in closed. Folders are in the order of places, then by name, without duplicates.
func Find(ctx context.Context, places []Place) (folders []Folder, closed []Closed) {
	seen := map[string]bool{}
	for _, place := range places {
		found, shut := findIn(ctx, place)
		closed = append(closed, shut...)
		for _, folder := range found {
			if !seen[folder.Path] {
				seen[folder.Path] = true
				folders = append(folders, folder)
			}
		}
	}
	return folders, closed
}

func findIn(ctx context.Context, place Place) (folders []Folder, closed []Closed) {
	if ctx.Err() != nil {
		return nil, []Closed{{place, place.Path, context.Cause(ctx)}}
	}
	real, err := filepath.EvalSymlinks(place.Path)
	if _, absent := os.Lstat(place.Path); errors.Is(err, fs.ErrNotExist) && absent != nil {
		return nil, nil // it does not exist, and is not a link to a detached disk
	}
	if err != nil {
		return nil, []Closed{{place, place.Path, reasonOf(err)}}
	}
	if absolute, err := filepath.Abs(place.Path); err == nil && real != absolute && real != place.Path {
		place.Target = real
	}
	if isBackup(real) {
		return []Folder{folderAt(real, filepath.Base(place.Path), place)}, nil
	}
	names, err := list(real)
	if err != nil {
		closed = append(closed, Closed{place, real, reasonOf(err)})
	}
	type result struct {
		folders []Folder
		closed  []Closed
	}
	results := make([]result, len(names))
	var next atomic.Int64
	var searchers sync.WaitGroup
	for range min(atATime, len(names)) {
		searchers.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(names)) && ctx.Err() == nil; n = next.Add(1) - 1 {
				results[n].folders, results[n].closed = lookFor(real, names[n], place)
			}
		})
	}
	searchers.Wait()
	for _, r := range results {
		folders, closed = append(folders, r.folders...), append(closed, r.closed...)
	}
	if ctx.Err() != nil {
		return folders, append(closed, Closed{place, real, context.Cause(ctx)})
	}
	if udid, _ := splitName(filepath.Base(place.Path)); udid != "" && len(folders)+len(closed) == 0 && isFolder(real) {
		folders = append(folders, folderAt(real, filepath.Base(place.Path), place)) // the files that identify a backup are gone
	}
	return folders, closed
}

// atATime is how many folders of a place are looked at together: most of the time goes to the
// system.
const atATime = 2

// lookFor returns the backups at one name in a place, or why it cannot be searched.
func lookFor(real, name string, place Place) ([]Folder, []Closed) {
	if udid, archived := splitName(awayName(name)); udid != "" {
		return []Folder{{Path: filepath.Join(real, name), UDID: udid, Archived: archived, Away: true, Place: place}}, nil
	}
	udid, _ := splitName(name)
	path, err := resolve(real, name)
	if err != nil {
		if udid == "" {
			return nil, nil
		}
		return nil, []Closed{{place, filepath.Join(real, name), reasonOf(err)}} // such as a link to a detached disk
	}
	is := isBackup(path)
	var names []string
	var unlisted error
	if !is {
		names, unlisted = list(path)
	}
	within := nested(path, name, is, names, place)
	switch {
	case is:
		return append([]Folder{folderAt(path, name, place)}, within...), nil
	case len(within) > 0:
		return within, nil
	case udid == "" || isThere(filepath.Join(path, ".lock")): // a library that holds no copy of this device yet
		return nil, nil
	case !isFolder(path):
		return nil, nil
	case unlisted != nil && !errors.Is(unlisted, errCrowded):
		return nil, []Closed{{place, path, reasonOf(unlisted)}}
	default:
		return []Folder{folderAt(path, name, place)}, nil // perhaps interrupted before its first file
	}
}

// nested returns the backups one level too deep, as unpacking leaves them: UDID/UDID, or
// several in a folder of another name, which may themselves be too deep; and the copies in a
// library, UDID/DATE/UDID. names are those in the folder, needed only if it is no backup itself.
func nested(path, name string, is bool, names []string, place Place) []Folder {
	if udid, _ := splitName(name); udid != "" {
		folders := below(path, name, place)
		if !is {
			folders = append(folders, copies(path, name, names, place)...)
		}
		return folders
	}
	if is {
		names, _ = list(path)
	}
	var folders []Folder
	for _, name := range names {
		found := below(path, name, place)
		if len(found) == 0 {
			found = below(filepath.Join(path, name), name, place)
		}
		folders = append(folders, found...)
	}
	return folders
}

// copies returns the copies of one device in a library with these dates.
func copies(path, name string, dates []string, place Place) []Folder {
	var folders []Folder
	for _, date := range dates {
		if isCopy(date) {
			folders = append(folders, below(filepath.Join(path, date), name, place)...)
		}
	}
	return folders
}

// isCopy reports whether a folder is named like a copy in a library of this program. A copy
// still being made has another name.
func isCopy(name string) bool {
	_, err := time.Parse("20060102T150405Z", name)
	return err == nil
}

// InLibrary reports whether a backup is a copy in a library of this program.
func (f Folder) InLibrary() bool {
	above := filepath.Dir(f.Path)
	return isCopy(filepath.Base(above)) && filepath.Base(filepath.Dir(above)) == filepath.Base(f.Path)
}

// below returns the backup inside a folder of this name, if the name is a UDID and there is
// one.
func below(path, name string, place Place) []Folder {
	udid, _ := splitName(name)
	if udid == "" {
		return nil
	}
	inner, err := resolve(path, name)
	if err != nil || !isBackup(inner) {
		return nil
	}
	folder := folderAt(inner, name, place)
	if place.Program != "" && !folder.InLibrary() {
		folder.Archived = true // Apple's programs use no folder within another
	}
	return []Folder{folder}
}

// resolve returns the path of a name in a folder whose own path has no links, with links resolved.
// filepath.EvalSymlinks would look at each part of the path again.
func resolve(folder, name string) (string, error) {
	path := filepath.Join(folder, name)
	info, err := os.Lstat(path)
	if err != nil || info.IsDir() || info.Mode().IsRegular() {
		return path, err
	}
	return filepath.EvalSymlinks(path)
}

// awayName returns the name of a folder that a cloud drive replaced with .NAME.icloud; "" for
// any other name.
func awayName(name string) string {
	rest, isHidden := strings.CutPrefix(name, ".")
	if rest, isMark := strings.CutSuffix(rest, ".icloud"); isHidden && isMark {
		return rest
	}
	return ""
}

// folderAt describes a backup. Programs back up only to a folder that is named after the device, so
// any other name, as of one renamed by hand, is that of an archived copy. name may be that of a link
// to path; if it has no UDID, the name of the folder itself counts.
func folderAt(path, name string, place Place) Folder {
	udid, archived := splitName(name)
	if udid == "" {
		udid, archived = splitName(filepath.Base(path))
	}
	return Folder{Path: path, UDID: udid, Archived: archived || udid == "", Place: place}
}

// list returns up to maxFolders names in a folder, sorted; if there are more, the error is
// errCrowded.
func list(path string) ([]string, error) {
	folder, err := os.OpenFile(path, os.O_RDONLY|database.NonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(maxFolders)
	slices.SortFunc(names, cmp.Compare)
	switch {
	case errors.Is(err, io.EOF):
		return names, nil
	case err != nil:
		return names, err
	}
	if more, _ := folder.Readdirnames(1); len(more) > 0 {
		return names, errCrowded
	}
	return names, nil
}

// isBackup reports whether a folder has any of the files that identify a backup.
func isBackup(path string) bool {
	for _, name := range []string{infoName, statusName, propertiesName, dbName, mbdbName} {
		if info, err := os.Stat(filepath.Join(path, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// reasonOf keeps the system's message and drops the path, which contains the user name.
func reasonOf(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fs.ErrPermission
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// folderName matches a UDID, forty hexadecimal digits or eight and sixteen, optionally followed
// by the time at which an archived copy was set aside.
var folderName = regexp.MustCompile(`^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16})(-\d{8}-\d{6})?$`)

// splitName parses a folder name. udid is "" if the name is not that of a backup.
func splitName(name string) (udid string, archived bool) {
	parts := folderName.FindStringSubmatch(name)
	if parts == nil {
		return "", false
	}
	return normalUDID(parts[1]), parts[2] != ""
}

// normalUDID returns a UDID as usbmux writes it: the long form in lower case, the short form in
// upper case with a hyphen. Programs use either case, and some omit the hyphen.
func normalUDID(udid string) string {
	switch {
	case len(udid) == 40:
		return strings.ToLower(udid)
	case len(udid) == 24 && !strings.Contains(udid, "-"):
		udid = udid[:8] + "-" + udid[8:]
	}
	return strings.ToUpper(udid)
}
