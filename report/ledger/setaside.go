package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
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

// replace creates a new history. If there is one, it is damaged: whatever can be read of it is copied
// to the new one, and only then are their places exchanged. A process that is killed before leaves
// the damaged history in its place, to be recovered by the next.
func (s *Store) replace(ctx context.Context) error {
	if err := historyFile.CheckLog(s.path + "-wal"); err != nil {
		return err
	}
	recovered := s.path + ".recovered"
	damaged, err := hasContent(s.path)
	if err != nil {
		return err
	}
	finished, err := stat(recovered)
	if err != nil {
		return err
	}
	here, err := stat(s.path)
	switch {
	case err != nil:
		return err
	case here == nil && finished != nil: // a process was killed between the two renames
		s.recovery = Recovery{Untold: true}
	case !damaged:
		if err := s.use(createHistory(ctx, s.path)); err != nil {
			return err
		}
		return s.guard.share(ctx)
	default:
		if err := s.recoverTo(ctx, recovered); err != nil {
			return err
		}
	}
	kept, err := setAside(s.path, time.Now())
	if err != nil {
		return fmt.Errorf("the damaged history could not be set aside: %w", err)
	}
	s.recovery.Kept = cmp.Or(kept, s.path+brokenSuffix+"*")
	if err := os.Rename(recovered, s.path); err != nil {
		return fmt.Errorf("the recovered history could not be put in place: %w", err)
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	return s.guard.share(ctx)
}

// recoverTo recovers the damaged history into a file that is complete as soon as it has this name. A
// full disk is an error; the space that is reserved is used first.
func (s *Store) recoverTo(ctx context.Context, recovered string) error {
	if here, err := stat(s.path); err != nil {
		return err
	} else if here != nil && here.Size() == 0 { // SQLite would delete the log
		if err := os.Remove(s.path); err != nil {
			return err
		}
	}
	unfinished := s.path + ".recovering"
	recovery, err := recoverFrom(ctx, s.path, unfinished)
	if codeOf(err) == sqlite3.SQLITE_FULL && s.reserve.use(s.now()) {
		recovery, err = recoverFrom(ctx, s.path, unfinished)
	}
	if err != nil {
		why := fmt.Errorf("the history is damaged, and could not be recovered: %w", historyFile.inWords(ctx, err))
		if codeOf(err) == sqlite3.SQLITE_FULL {
			why = fmt.Errorf("the history is damaged, and what can be read of it %w", ErrFull)
		}
		return errors.Join(why, remove(unfinished))
	}
	s.recovery = recovery
	return os.Rename(unfinished, recovered)
}

// hasContent reports whether a history or its log has any bytes: a log without its file may have the
// newest runs.
func hasContent(path string) (bool, error) {
	for _, part := range []string{path, path + "-wal"} {
		if info, err := stat(part); err != nil || info != nil && info.Size() > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// brokenSuffix begins what is appended to the name of a damaged history.
const brokenSuffix = ".broken-"

// setAside renames the files of a history, and returns the new name, or "" if there were none.
func setAside(path string, now time.Time) (aside string, err error) {
	kept, err := freeName(path + brokenSuffix + now.Format("20060102-150405"))
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
