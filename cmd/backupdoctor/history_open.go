package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
)

// historyVariable names the file of the history, in place of the one in the data folder.
const historyVariable = "BACKUPDOCTOR_HISTORY"

func (s surroundings) historyPath() (string, error) {
	if path := s.getenv(historyVariable); path != "" {
		return path, nil
	}
	folder, err := s.dataDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for a history: %w", err)
	}
	return filepath.Join(folder, "backupdoctor", "history.sqlite"), nil
}

// openHistory opens the history, or begins one. That a broken one was set aside is said.
func (s surroundings) openHistory(ctx context.Context) (*history.Store, error) {
	path, err := s.historyPath()
	if err != nil {
		return nil, err
	}
	store, err := history.Open(ctx, path)
	if err != nil {
		return nil, historyEnding(err)
	}
	if kept := store.SetAside(); kept != "" {
		fmt.Fprintln(s.stderr, "backupdoctor: the history was broken, and a new one is begun; the old one is kept as", kept)
		fmt.Fprintln(s.stderr, "hint:", recoverHint(kept))
	}
	return store, nil
}

// withHistory answers from the history, if there is one.
func (s surroundings) withHistory(ctx context.Context, answer func(*history.Store) error) error {
	path, err := s.historyPath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return exit{code: report.ExitUsage, err: errors.New("there is no history yet"), hint: "backupdoctor scan begins one, at " + path}
	}
	store, err := s.openHistory(ctx)
	if err != nil {
		return err
	}
	return cmp.Or(historyEnding(answer(store)), historyEnding(store.Close()))
}

// historyEnding puts the way out behind an error of the history.
func historyEnding(err error) error {
	broken, isBroken := errors.AsType[*history.BrokenError](err)
	switch {
	case isBroken:
		return exit{code: report.ExitUsage, err: err, hint: recoverHint(broken.Kept)}
	case errors.Is(err, history.ErrNewer):
		return exit{code: report.ExitUsage, err: err, hint: "update this backupdoctor, or name another file in " + historyVariable}
	case errors.Is(err, history.ErrForeign):
		return exit{code: report.ExitUsage, err: err, hint: "name another file in " + historyVariable}
	}
	return err
}

func recoverHint(kept string) string {
	return fmt.Sprintf("sqlite3 %q .recover shows what can still be read of it", kept)
}
