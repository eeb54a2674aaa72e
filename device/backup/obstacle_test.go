package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/host"
)

func TestObstacle(t *testing.T) {
	cases := map[error]*Mode{
		nil:                                   nil,
		fs.ErrNotExist:                        nil,
		fs.ErrPermission:                      nil,
		host.NotFolder:                        nil,
		host.ReadOnly:                         nil,
		errors.New("other"):                   nil,
		sqlite.ResultCorrupt.ToError():        nil,
		sqlite.ResultNotADB.ToError():         nil,
		sqlite.ResultIOErrShortRead.ToError(): nil,
		sqlite.ResultIOErrRead.ToError():      readFailed,
		sqlite.ResultCantOpen.ToError():       readFailed,
		sqlite.ResultNoMem.ToError():          computerLimit,
		database.ErrCopy:                      computerLimit,
	}
	for _, err := range append([]error{host.DiskFull, host.QuotaUsed}, shortages...) {
		cases[&fs.PathError{Op: "open", Path: "Status.plist", Err: err}] = computerLimit
	}
	for _, err := range []error{host.DiskFails, host.DiskGone} {
		cases[fmt.Errorf("Manifest.db: %w", &fs.PathError{Op: "read", Path: "Manifest.db", Err: err})] = readFailed
		cases[readFailure(err)] = readFailed
	}
	for err, want := range cases {
		if got := obstacle(err); got != want {
			t.Errorf("%v: got %v, want %v", err, got, want)
		}
	}
}
