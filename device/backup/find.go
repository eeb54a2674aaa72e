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
	"time"
)

// A Place is a folder that holds backups, each in a folder of its own.
type Place struct {
	Path    string
	Program string // whose default place it is: "Finder"; "" if a person named it
	Target  string // where Path leads, if it or a folder above it is a link; else ""
}

// DefaultPlaces are the places where Apple's programs keep backups on an operating system
// (a runtime.GOOS). home is the user's folder, appData Windows' %APPDATA%.
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
		return nil // no program has a default place there
	}
}

// A Folder is one backup that was found.
type Folder struct {
	Path     string // links followed
	UDID     string // from the folder's name; "" if it is named otherwise
	Archived bool   // a frozen copy: <UDID>-YYYYMMDD-HHMMSS
	Away     bool   // Path is the mark that a cloud drive left in place of the folder
	Place    Place
}

// A Closed place, or folder in one, could not be looked into. Whether it holds backups is
// unknown.
type Closed struct {
	Place Place
	Path  string
	Err   error // fs.ErrPermission, what else the system said, or why the search was stopped
}

// maxFolders bounds how many folders of one place are looked at.
const maxFolders = 10_000

// errCrowded is a place that was searched in part.
var errCrowded = fmt.Errorf("it has more than %d entries, and the rest was not looked at", maxFolders)

// Find looks for backups in places, each of which may also be a backup itself. A place
// that does not exist holds none; one that may not be read, or was not searched to its end
// when ctx ended, is answered as closed. Backups come in the order of the places and then
// of their names, each once.
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
		return nil, nil // and not a link to a disk that is not attached
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
	for _, name := range names {
		if ctx.Err() != nil {
			return folders, append(closed, Closed{place, real, context.Cause(ctx)})
		}
		if udid, archived := splitName(awayName(name)); udid != "" {
			folders = append(folders, Folder{Path: filepath.Join(real, name), UDID: udid, Archived: archived, Away: true, Place: place})
			continue
		}
		udid, _ := splitName(name)
		path, err := filepath.EvalSymlinks(filepath.Join(real, name))
		if err != nil {
			if udid != "" { // a link to a disk that is not attached, for example
				closed = append(closed, Closed{place, filepath.Join(real, name), reasonOf(err)})
			}
			continue
		}
		is := isBackup(path)
		within := nested(path, name, is, place)
		switch {
		case is:
			folders = append(append(folders, folderAt(path, name, place)), within...)
		case len(within) > 0:
			folders = append(folders, within...)
		case udid != "" && isThere(filepath.Join(path, ".lock")):
			// A library that holds no copy of this device yet.
		case udid != "" && isFolder(path):
			if _, err := list(path); err != nil && !errors.Is(err, errCrowded) {
				closed = append(closed, Closed{place, path, reasonOf(err)})
				continue
			}
			folders = append(folders, folderAt(path, name, place)) // perhaps cut off before its first file
		}
	}
	if udid, _ := splitName(filepath.Base(place.Path)); udid != "" && len(folders)+len(closed) == 0 && isFolder(real) {
		folders = append(folders, folderAt(real, filepath.Base(place.Path), place)) // what made it a backup is gone
	}
	return folders, closed
}

// nested are the backups one level too deep, as unpacking leaves them: UDID/UDID, or several
// in a folder that is named otherwise, which may be too deep in their turn; and the copies of a
// library, UDID/DATE/UDID.
func nested(path, name string, is bool, place Place) []Folder {
	if udid, _ := splitName(name); udid != "" {
		folders := below(path, name, place)
		if !is {
			folders = append(folders, copies(path, name, place)...)
		}
		return folders
	}
	names, _ := list(path)
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

// copies are those of one device in a library.
func copies(path, name string, place Place) []Folder {
	dates, _ := list(path)
	var folders []Folder
	for _, date := range dates {
		if isCopy(date) {
			folders = append(folders, below(filepath.Join(path, date), name, place)...)
		}
	}
	return folders
}

// isCopy reports whether a folder is named like a copy in a library of this program. What is
// being made there has another name.
func isCopy(name string) bool {
	_, err := time.Parse("20060102T150405Z", name)
	return err == nil
}

// below is the backup in a folder that has this name, if there is one and it is a UDID.
func below(path, name string, place Place) []Folder {
	udid, _ := splitName(name)
	if udid == "" {
		return nil
	}
	inner, err := filepath.EvalSymlinks(filepath.Join(path, name))
	if err != nil || !isBackup(inner) {
		return nil
	}
	return []Folder{folderAt(inner, name, place)}
}

// awayName is the name of a folder that a cloud drive took away and left .NAME.icloud for;
// "" for any other name.
func awayName(name string) string {
	rest, isHidden := strings.CutPrefix(name, ".")
	if rest, isMark := strings.CutSuffix(rest, ".icloud"); isHidden && isMark {
		return rest
	}
	return ""
}

func folderAt(path, name string, place Place) Folder {
	udid, archived := splitName(name)
	return Folder{Path: path, UDID: udid, Archived: archived, Place: place}
}

// list is the names in a folder, sorted, as far as maxFolders; if there are more, the error
// is errCrowded.
func list(path string) ([]string, error) {
	folder, err := os.Open(path)
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

// isBackup reports whether a folder has any of the files that make one a backup.
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

// reasonOf keeps what the system said and drops the path, which names the user.
func reasonOf(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fs.ErrPermission
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// folderName is a UDID, forty hexadecimal digits or eight and sixteen, and behind it the
// moment at which an archived copy was set aside.
var folderName = regexp.MustCompile(`^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16})(-\d{8}-\d{6})?$`)

// splitName reads a folder's name. udid is "" if it is not that of a backup.
func splitName(name string) (udid string, archived bool) {
	parts := folderName.FindStringSubmatch(name)
	if parts == nil {
		return "", false
	}
	return normalUDID(parts[1]), parts[2] != ""
}

// normalUDID is a UDID as usbmux writes it: lower case if it is the long form, else upper
// and with its hyphen. Programs write it either way, so it must not be compared by case,
// and some leave the hyphen away.
func normalUDID(udid string) string {
	switch {
	case len(udid) == 40:
		return strings.ToLower(udid)
	case len(udid) == 24 && !strings.Contains(udid, "-"):
		udid = udid[:8] + "-" + udid[8:]
	}
	return strings.ToUpper(udid)
}
