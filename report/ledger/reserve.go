package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
)

// reserveEvery is how often to try to get the reserved space back.
const reserveEvery = time.Minute

// A reserve is space on the disk of a history, held by a file beside it. Once the disk is full, the
// file is removed, and the history has that space to store what would otherwise be lost. The file is
// written again when there is room.
type reserve struct {
	path  string
	bytes int64

	mu    sync.Mutex
	tried time.Time // when writing the file last failed; zero while it exists
}

// Reserve reserves space for the history until it is closed, which leaves the file for the next
// time. It fails if there is no room now; it is then tried again later.
func (s *Store) Reserve(bytes int64) error {
	s.reserve = &reserve{path: s.path + ".reserve", bytes: bytes}
	return s.reserve.take(s.now())
}

// Reserved reports whether the reserved space is there. If it was used, Reserved tries to get it
// back every minute. It is true if none was ever asked for.
func (s *Store) Reserved() bool {
	if s.reserve == nil {
		return true
	}
	r := s.reserve
	r.mu.Lock()
	tried := r.tried
	r.mu.Unlock()
	return tried.IsZero() || s.now().Sub(tried) >= reserveEvery && r.take(s.now()) == nil
}

// take writes the file, unless it exists. Its content cannot be compressed, so that it takes up what
// it should.
func (r *reserve) take(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() == r.bytes {
		r.tried = time.Time{}
		return nil
	}
	r.tried = now
	if err := file.CheckBeside(r.path, "reserve file"); err != nil {
		return fmt.Errorf("reserving space for the history: %w", err)
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("reserving space for the history: %w", err)
	}
	_, err = io.CopyN(f, rand.Reader, r.bytes)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("reserving space for the history: %w", errors.Join(err, os.Remove(r.path)))
	}
	r.tried = time.Time{}
	return nil
}

// use frees the space, and reports whether there was any.
func (r *reserve) use(now time.Time) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if os.Remove(r.path) != nil {
		return false
	}
	r.tried = now
	return true
}
