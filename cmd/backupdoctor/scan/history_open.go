package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
)

// HistoryVariable names the file of the history, in place of the one in the data folder.
const HistoryVariable = "BACKUPDOCTOR_HISTORY"

// HistoryPath is the file of the history.
func HistoryPath(env command.Env) (string, error) {
	if path := env.Getenv(HistoryVariable); path != "" {
		return path, nil
	}
	folder, err := env.DataDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for a history: %w", err)
	}
	return filepath.Join(folder, "backupdoctor", "history.sqlite"), nil
}

// OpenHistory opens the history, or starts one. That a corrupt one was set aside goes to
// messages.
func OpenHistory(ctx context.Context, env command.Env, messages io.Writer) (*history.Store, error) {
	path, err := HistoryPath(env)
	if err != nil {
		return nil, err
	}
	store, err := history.Open(ctx, path)
	if err != nil {
		return nil, HistoryError(err)
	}
	if kept := store.SetAside(); kept != "" {
		fmt.Fprintln(messages, "backupdoctor: the history was broken, and a new one is begun; the old one is kept as", kept)
		fmt.Fprintln(messages, "hint:", recoverHint(kept))
	}
	return store, nil
}

// HistoryError adds the way out to an error of the history.
func HistoryError(err error) error {
	broken, isBroken := errors.AsType[*history.BrokenError](err)
	switch {
	case isBroken:
		return command.Exit{Code: report.ExitUsage, Err: err, Hint: recoverHint(broken.Kept)}
	case errors.Is(err, history.ErrNewer):
		return command.Exit{Code: report.ExitUsage, Err: err, Hint: "update this backupdoctor, or name another file in " + HistoryVariable}
	case errors.Is(err, history.ErrForeign):
		return command.Exit{Code: report.ExitUsage, Err: err, Hint: "name another file in " + HistoryVariable}
	}
	return err
}

func recoverHint(kept string) string {
	return fmt.Sprintf("sqlite3 %q .recover shows what can still be read of it", kept)
}
