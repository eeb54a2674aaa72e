package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// A history created with sudo yields a hint how to recover it.
func TestAHistoryOfAnotherUser(t *testing.T) {
	for _, err := range []error{fmt.Errorf("the history could not be written: %w", ledger.ErrDenied), &fs.PathError{Op: "open", Path: "history.sqlite", Err: fs.ErrPermission}} {
		ended, ok := errors.AsType[command.Exit](HistoryError(err))
		if !ok || !strings.Contains(ended.Hint, "sudo chown") {
			t.Errorf("%v: %q", err, ended.Hint)
		}
	}
}

// A log that cannot be read where it is can be read in a copy.
func TestAHistoryWithALogInAFolderOfOthers(t *testing.T) {
	ended, ok := errors.AsType[command.Exit](HistoryError(fmt.Errorf("the history %w", ledger.ErrLog)))
	if !ok || !strings.Contains(ended.Hint, "copy it, together with") || strings.Contains(ended.Hint, "chown") {
		t.Errorf("%v: %q", ok, ended.Hint)
	}
}
