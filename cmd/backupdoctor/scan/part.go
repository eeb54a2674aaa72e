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

// partSuffix ends the name of a part, which is a partially copied archive. The name begins with
// partPrefix, which identifies the archive, followed by random letters that cannot be guessed.
const partSuffix = ".part"

// partPrefix identifies an archive on a device, including its size and time.
func partPrefix(attached usb.Attached, archive usb.Archive) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d", attached.UDID, archive.Name, archive.Bytes, archive.ChangedAt.UnixNano()))
	return "." + archive.Name + "." + hex.EncodeToString(sum[:8]) + "."
}

// openPart opens the part that an earlier run left in a folder, if it certainly belongs to this
// user, or else a new one.
func openPart(folder string, attached usb.Attached, archive usb.Archive) (*os.File, error) {
	prefix := partPrefix(attached, archive)
	entries, err := os.ReadDir(folder)
	if err != nil {
		entries = nil // the folder may be writable but not readable
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

// resumable opens a part that may be continued: a regular, private file of this user, with a
// single link, no longer than the archive, and not in use. It returns nil otherwise.
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
