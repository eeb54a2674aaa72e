package scan

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/backupdoctor/backupdoctor/device/usb"
)

// A part is what has been copied of an archive. Its name begins with partPrefix, which says of
// which archive it is, and goes on with letters that nobody can foresee.
const partSuffix = ".part"

// partPrefix is the same for the same archive on the same device only, by its size and time.
func partPrefix(attached usb.Attached, archive usb.Archive) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d", attached.UDID, archive.Name, archive.Bytes, archive.ChangedAt.UnixNano()))
	return "." + archive.Name + "." + hex.EncodeToString(sum[:8]) + "."
}

// openPart opens the part of an archive that an earlier run left in a folder, if it is certain
// that this user made it, else a new one.
func openPart(folder string, attached usb.Attached, archive usb.Archive) (*os.File, error) {
	prefix := partPrefix(attached, archive)
	entries, err := os.ReadDir(folder)
	if err != nil {
		entries = nil // a folder that may be written to and not read
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), prefix) || !strings.HasSuffix(entry.Name(), partSuffix) {
			continue
		}
		if part := resumable(filepath.Join(folder, entry.Name()), archive); part != nil {
			return part, nil
		}
	}
	part, err := os.OpenFile(filepath.Join(folder, prefix+rand.Text()+partSuffix), os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	lockPart(part)
	return part, nil
}

// resumable opens a part that may be continued: a regular file of this user, private, with one
// name, no longer than the archive, and not in use. It is nil for any other.
func resumable(path string, archive usb.Archive) *os.File {
	before, err := os.Lstat(path)
	if err != nil || !before.Mode().IsRegular() || !isPrivate(before) {
		return nil
	}
	part, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil
	}
	if info, err := part.Stat(); err != nil || !os.SameFile(info, before) || !isPrivate(info) || uint64(info.Size()) > archive.Bytes || !lockPart(part) {
		part.Close()
		return nil
	}
	return part
}
