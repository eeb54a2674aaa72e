//go:build unix

package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestDiskErrorOf(t *testing.T) {
	for err, want := range map[error]DiskError{
		syscall.ENOSPC: DiskFull, syscall.EDQUOT: QuotaUsed, syscall.EROFS: ReadOnly,
		syscall.EACCES: NotPermitted, syscall.EPERM: NotPermitted, syscall.ENOENT: NotThere, syscall.ENOTDIR: NotFolder,
		syscall.EFBIG: FileTooLarge, syscall.ENOLCK: NoLocks, syscall.ENOTSUP: Unsupported, syscall.ENOSYS: Unsupported,
		syscall.EIO: DiskFails, syscall.ETIMEDOUT: DiskFails, syscall.ENODEV: DiskGone, syscall.ENXIO: DiskGone, syscall.ESTALE: DiskGone,
		syscall.EHOSTDOWN: DiskFails, syscall.EHOSTUNREACH: DiskFails, syscall.ENETDOWN: DiskFails, syscall.ENETUNREACH: DiskFails,
		syscall.ECONNABORTED: DiskFails, syscall.ECONNRESET: DiskFails, syscall.ENOTCONN: DiskGone,
		syscall.EINVAL: "", errors.New("other"): "", DiskFull: DiskFull,
	} {
		for _, one := range []error{err, &fs.PathError{Op: "write", Path: "p", Err: err}, fmt.Errorf("p: %w", &os.LinkError{Op: "link", Err: err})} {
			if got := DiskErrorOf(one); got != want {
				t.Errorf("%v is %q, want %q", one, got, want)
			}
		}
		if IsFull(err) != (want == DiskFull || want == QuotaUsed) {
			t.Errorf("IsFull(%v) is %v", err, IsFull(err))
		}
	}
	if is := DiskErrorOf(nil); is != "" {
		t.Errorf("no error is %q", is)
	}
	_, err := os.Open(filepath.Join(t.TempDir(), "nothing"))
	if is := DiskErrorOf(err); is != NotThere {
		t.Errorf("%v is %q", err, is)
	}
}
