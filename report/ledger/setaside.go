package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// aloneTimeout is how long to wait until no other process has the history open. It does not wait
// for another scan, which may take minutes, or for a watch, which may take days.
const aloneTimeout = 2 * time.Second

// renew creates a history, or replaces a damaged one; why is the damage. It takes the exclusive
// lock, so that no other process keeps writing to a file that is moved. If several processes try,
// the second finds the work done.
func (s *Store) renew(ctx context.Context, why error) error {
	found, err := stat(s.path)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, aloneTimeout)
	defer cancel()
	for {
		err := s.guard.alone()
		if held := errors.Is(err, errHeld); err != nil && !held {
			return err
		} else if held && waiting.Err() != nil {
			return heldOpen(why)
		}
		now, failed := stat(s.path)
		switch {
		case failed != nil:
			return failed
		case !(found == nil && now == nil || os.SameFile(found, now)), why == nil && now != nil && now.Size() > 0:
			return s.rejoin(ctx)
		case err == nil:
			return s.replace(ctx)
		}
		select {
		case <-waiting.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// heldOpen returns why a missing or damaged history cannot be replaced now.
func heldOpen(why error) error {
	if why == nil || isMissing(why) {
		return errors.New("the history was removed while another program has it open: end that program first")
	}
	return fmt.Errorf("the history is damaged (%s), and another program has it open: end that program first", damage(why))
}

// rejoin opens the existing history.
func (s *Store) rejoin(ctx context.Context) error {
	if err := s.guard.share(ctx); err != nil {
		return err
	}
	return s.connect(ctx)
}

// replace creates a new history. It sets an existing one aside, and copies whatever can be read to
// the new one.
func (s *Store) replace(ctx context.Context) error {
	info, err := stat(s.path)
	if err != nil {
		return err
	}
	if err := historyFile.CheckLog(s.path + "-wal"); err != nil {
		return err
	}
	kept := ""
	if info == nil || info.Size() > 0 {
		kept, err = setAside(s.path, time.Now())
	} else {
		kept, err = setLogAside(s.path, time.Now())
	}
	if err != nil {
		return fmt.Errorf("the damaged history could not be set aside: %w", err)
	}
	if err := s.use(createHistory(ctx, s.path)); err != nil {
		return err
	}
	if kept != "" {
		s.recovery = recoverFrom(ctx, kept, s.conn)
	}
	return s.guard.share(ctx)
}

// setAside renames the files of a history, and returns the new name, or "" if there were none.
func setAside(path string, now time.Time) (aside string, err error) {
	kept, err := freeName(path + ".broken-" + now.Format("20060102-150405"))
	if err != nil {
		return "", err
	}
	for i, part := range parts(path) {
		err := os.Rename(part, parts(kept)[i])
		if err != nil && !isMissing(err) {
			return "", err
		}
		if err == nil {
			aside = kept
		}
	}
	return aside, nil
}

// setLogAside does the same if the file itself is empty: a log with content does not belong to it,
// and SQLite would delete it.
func setLogAside(path string, now time.Time) (aside string, err error) {
	if log, err := stat(path + "-wal"); err != nil || log == nil || log.Size() == 0 {
		return "", err
	}
	if err := os.Remove(path); err != nil {
		return "", err
	}
	return setAside(path, now)
}

// freeName returns name, with a number appended if a history of that name exists.
func freeName(name string) (string, error) {
	free := name
	for n := 2; ; n++ {
		taken := false
		for _, part := range parts(free) {
			info, err := stat(part)
			if err != nil {
				return "", err
			}
			taken = taken || info != nil
		}
		if !taken {
			return free, nil
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// stat is os.Stat, but returns nil for a missing file.
func stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if isMissing(err) {
		return nil, nil
	}
	return info, err
}
