package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// HistoryVariable is the environment variable that names the history file, overriding the one
// in the data folder.
const HistoryVariable = "BACKUPDOCTOR_HISTORY"

// NoHistory is the value of HistoryVariable that disables the history.
const NoHistory = "none"

// ErrNoHistory is returned if the history is disabled.
var ErrNoHistory = errors.New("no history is kept: " + HistoryVariable + " is " + NoHistory)

// HistoryPath returns the path of the history, or ErrNoHistory.
func HistoryPath(env command.Env) (string, error) {
	switch path := env.Getenv(HistoryVariable); path {
	case "":
	case NoHistory:
		return "", command.Exit{Code: report.ExitUsage, Err: ErrNoHistory, Hint: "unset " + HistoryVariable + ", or name a file in it"}
	default:
		return path, nil
	}
	folder, err := env.DataDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for a history: %w", err)
	}
	return filepath.Join(folder, "backupdoctor", "history.sqlite"), nil
}

// CheckHistory returns an error if the file named for the history is not a history. Other
// faults of a history do not stop a scan.
func CheckHistory(env command.Env) error {
	path := env.Getenv(HistoryVariable)
	if path == "" || path == NoHistory {
		return nil
	}
	if err := ledger.CheckHistory(path); errors.Is(err, ledger.ErrForeign) {
		return HistoryError(err)
	}
	return nil
}

// OpenHistory opens the history for writing, creating it if missing. If it was damaged,
// messages says what became of it.
func OpenHistory(ctx context.Context, env command.Env, messages io.Writer) (*ledger.Store, error) {
	path, err := HistoryPath(env)
	if err != nil {
		return nil, err
	}
	if err := checkFolder(env, path); err != nil {
		return nil, err
	}
	store, err := ledger.OpenHistory(ctx, path)
	if err != nil {
		return nil, HistoryError(err)
	}
	switch recovery := store.Recovery(); {
	case recovery.OldForm:
		fmt.Fprintln(messages, "backupdoctor: a new history was started:", recovery)
	case recovery.Kept != "":
		fmt.Fprintln(messages, "backupdoctor: the history was damaged:", recovery)
	}
	return store, nil
}

// checkFolder checks that the folder of a named file exists. The folder is not created: it may
// be on a volume that is not mounted, and then there would be two histories.
func checkFolder(env command.Env, path string) error {
	if env.Getenv(HistoryVariable) == "" {
		return nil
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return HistoryError(fmt.Errorf("the history %w: there is no folder %s", ledger.ErrAway, folder))
	}
	return nil
}

// ReadHistory opens an existing history and changes nothing on disk.
func ReadHistory(ctx context.Context, env command.Env) (*ledger.Store, error) {
	path, err := HistoryPath(env)
	if err != nil {
		return nil, err
	}
	if err := checkFolder(env, path); err != nil {
		return nil, err
	}
	store, err := ledger.OpenHistoryToRead(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noHistoryYet(path)
	}
	return store, HistoryError(err)
}

// ChangeHistory opens an existing history for writing.
func ChangeHistory(ctx context.Context, env command.Env, messages io.Writer) (*ledger.Store, error) {
	path, err := HistoryPath(env)
	if err == nil {
		err = checkFolder(env, path)
	}
	if err == nil {
		err = HistoryError(ledger.CheckHistory(path))
	}
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, noHistoryYet(path)
	}
	return OpenHistory(ctx, env, messages)
}

func noHistoryYet(path string) error {
	return command.Exit{Code: report.ExitUsage, Err: errors.New("there is no history yet"), Hint: "backupdoctor scan starts one, at " + path}
}

// HistoryError adds a hint to an error of the history.
func HistoryError(err error) error {
	hint := ""
	broken, isBroken := errors.AsType[*ledger.BrokenError](err)
	switch {
	case isBroken && broken.Recovery.Kept == "":
		hint = "backupdoctor history recover keeps the file and puts what can be read into a new one"
	case isBroken:
	case errors.Is(err, ledger.ErrNewer):
		hint = "update this backupdoctor, or name another file in " + HistoryVariable
	case errors.Is(err, ledger.ErrOldForm):
		hint = "backupdoctor scan keeps the file under another name and starts a new history"
	case errors.Is(err, ledger.ErrOlder):
		hint = "backupdoctor scan upgrades it"
	case errors.Is(err, ledger.ErrForeign):
		hint = "name another file in " + HistoryVariable + ", or " + NoHistory + " to keep no history"
	case errors.Is(err, ledger.ErrReadOnly):
		hint = "name another file in " + HistoryVariable + ", or " + NoHistory + " to keep no history"
	case errors.Is(err, ledger.ErrDenied), errors.Is(err, fs.ErrPermission):
		hint = "if a run with sudo made it, sudo chown -R \"$USER\" on its folder gives it back; " + HistoryVariable + " names another file"
	case errors.Is(err, ledger.ErrLog):
		hint = "copy it, together with the file of the same name and -wal, to a folder of your own, and name the copy in " + HistoryVariable
	case errors.Is(err, ledger.ErrAway):
		hint = "mount the volume it is on, or name another file in " + HistoryVariable
	default:
		return err
	}
	return command.Exit{Code: report.ExitUsage, Err: err, Hint: hint}
}
