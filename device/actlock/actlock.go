// Package actlock keeps commands from acting on the same device at the same time.
//
// A command that changes something on a device (pairs it, backs it up, restarts it) holds
// the device's lock while it runs. Commands that only read take no lock, but can see who
// holds it. Locks belong to the process: the operating system releases them however it
// exits.
package actlock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/gofrs/flock"
)

// A Folder holds the locks of one user, a few files per device. It is created with the first
// lock.
type Folder string

// A Holder is a command that holds the lock of a device.
type Holder struct {
	Command string    `json:"command"`         // scan --pair
	PID     int       `json:"pid"`             // process ID
	Since   time.Time `json:"since"`           // UTC
	Doing   string    `json:"doing,omitempty"` // what it is doing now, for people: receiving 1.2 GB, 40 %
}

// A HeldError reports that another command holds the lock.
type HeldError struct {
	UDID   string
	Holder Holder // zero if the holder is unknown
}

// Error names the holder.
func (e *HeldError) Error() string {
	if e.Holder == (Holder{}) {
		return fmt.Sprintf("device %s is in use by another command", e.UDID)
	}
	return fmt.Sprintf("device %s is in use by %q (process %d) since %s",
		e.UDID, e.Holder.Command, e.Holder.PID, e.Holder.Since.Local().Format(time.TimeOnly))
}

// Unwrap returns device.Busy.
func (e *HeldError) Unwrap() error { return device.Busy }

// A Lock is held until it is released or its process ends.
type Lock struct {
	udid   string
	file   *flock.Flock
	path   string // of the holder file
	holder Holder
	lent   bool // owned by a caller in this process
}

// Retries of a lock that is held. A few are always made, because a reader checking the lock
// can block it for a moment.
const (
	retryEvery = 50 * time.Millisecond
	leastTries = 4
)

// Acquire takes the lock of a device for a command. If another command holds it, Acquire
// waits up to wait, then returns a [*HeldError]. If [With] put the lock into ctx, Acquire
// returns a borrowed lock, and the caller that took it keeps it.
func (f Folder) Acquire(ctx context.Context, udid, command string, wait time.Duration) (*Lock, error) {
	if held, ok := ctx.Value(key(name(udid))).(*Lock); ok {
		return &Lock{udid: held.udid, path: held.path, holder: held.holder, lent: true}, nil
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, fmt.Errorf("locking device %s: %w", udid, err)
	}
	l := &Lock{udid: udid, file: flock.New(f.path(udid, ".lock")), path: f.path(udid, ".json")}
	deadline := time.Now().Add(wait)
	for tries := 1; ; tries++ {
		locked, err := l.file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking device %s: %w", udid, err)
		}
		if locked {
			break
		}
		if tries >= leastTries && !time.Now().Before(deadline) {
			holder, _ := f.Holder(udid)
			return nil, &HeldError{UDID: udid, Holder: holder}
		}
		select {
		case <-time.After(retryEvery):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	l.holder = Holder{Command: command, PID: os.Getpid(), Since: time.Now().UTC()}
	if err := l.sign(l.holder); err != nil {
		l.Release()
		return nil, fmt.Errorf("locking device %s: %w", udid, err)
	}
	return l, nil
}

// Say records what the holder is doing, for those who ask for the holder. It may also be called
// on a borrowed lock.
func (l *Lock) Say(doing string) error {
	h := l.holder
	h.Doing = doing
	return l.sign(h)
}

// sign records the holder in a separate file, since Windows does not let other processes
// read a locked one. The file is replaced as a whole, because others may be reading it, and is not
// synced, because no lock outlives the computer's crash.
func (l *Lock) sign(h Holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	draft := l.path + ".new"
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, l.path)
}

// Release frees the lock. Releasing a borrowed lock does nothing.
func (l *Lock) Release() error {
	if l.lent {
		return nil
	}
	return errors.Join(ignoreMissing(os.Remove(l.path)), l.file.Unlock())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// key is the context key of a lock.
type key string

// With returns a context that lends the lock to the commands called with it.
func With(ctx context.Context, l *Lock) context.Context {
	return context.WithValue(ctx, key(name(l.udid)), l)
}

// Holder returns the command that holds the lock of a device. held is false if the lock is
// free. The holder is zero if its file cannot be read.
func (f Folder) Holder(udid string) (holder Holder, held bool) {
	return f.holderIn(f.path(udid, ".lock"), f.path(udid, ".json"))
}

// Holders returns all commands that hold a lock of this user.
func (f Folder) Holders() []Holder {
	paths, _ := filepath.Glob(filepath.Join(string(f), "*.lock")) // the pattern is valid
	var holders []Holder
	for _, path := range paths {
		if h, held := f.holderIn(path, strings.TrimSuffix(path, ".lock")+".json"); held {
			holders = append(holders, h)
		}
	}
	return holders
}

func (f Folder) holderIn(lock, signature string) (holder Holder, held bool) {
	if _, err := os.Stat(lock); err != nil {
		return Holder{}, false // do not create the file by looking
	}
	file := flock.New(lock)
	free, err := file.TryRLock()
	if free {
		_ = file.Unlock() // nothing was written
		return Holder{}, false
	}
	if err != nil {
		return Holder{}, false
	}
	return read(signature), true
}

// read returns the zero Holder if the file is not valid.
func read(path string) (h Holder) {
	file, err := os.Open(path)
	if err != nil {
		return Holder{}
	}
	defer file.Close()
	const most = 4 << 10
	if json.NewDecoder(io.LimitReader(file, most)).Decode(&h) != nil {
		return Holder{}
	}
	return h
}

func (f Folder) path(udid, extension string) string {
	return filepath.Join(string(f), name(udid)+extension)
}

// name returns the file name for a UDID, the same for all its spellings.
func name(udid string) string {
	name := device.UDIDKey(udid)
	if name != "" && len(name) <= 64 && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		return name
	}
	sum := sha256.Sum256([]byte(udid))
	return "x" + hex.EncodeToString(sum[:])
}
