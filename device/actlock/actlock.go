// Package actlock keeps commands that act on one device from running at the same time.
//
// A command that changes something on a device (pairs it, makes a backup, restarts it) holds
// the lock of that device meanwhile. Commands that only read hold none, but can see who
// does. Locks belong to the process: the system frees them however it ends.
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

// A Folder holds the locks of one user, a pair of files for each device. It is made with
// the first lock.
type Folder string

// A Holder is a command that holds the lock of a device.
type Holder struct {
	Command string    `json:"command"` // scan --pair
	PID     int       `json:"pid"`     // its process
	Since   time.Time `json:"since"`   // UTC
}

// A HeldError says that another command holds the lock.
type HeldError struct {
	UDID   string
	Holder Holder // zero if it did not say who it is
}

// Error names the holder.
func (e *HeldError) Error() string {
	if e.Holder == (Holder{}) {
		return fmt.Sprintf("device %s is in use by another command", e.UDID)
	}
	return fmt.Sprintf("device %s is in use by %q (process %d) since %s",
		e.UDID, e.Holder.Command, e.Holder.PID, e.Holder.Since.Local().Format(time.TimeOnly))
}

// Unwrap gives the reason that the device was not acted on.
func (e *HeldError) Unwrap() error { return device.Busy }

// A Lock is held until it is released, or its process ends.
type Lock struct {
	udid   string
	file   *flock.Flock
	holder string // path of the file that names the holder
	lent   bool   // it belongs to another part of this process
}

// How often a lock that is held is tried again, and how often at least: a reader that looks
// whether it is held may be in the way for a moment.
const (
	retryEvery = 50 * time.Millisecond
	leastTries = 4
)

// Acquire takes the lock of a device for a command. While another holds it, it is waited
// for; then the error is a [*HeldError]. A lock that [With] put into ctx is handed on: the
// command that is called has it, and the command that called it keeps it.
func (f Folder) Acquire(ctx context.Context, udid, command string, wait time.Duration) (*Lock, error) {
	if held, ok := ctx.Value(key(name(udid))).(*Lock); ok {
		return &Lock{udid: held.udid, lent: true}, nil
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, fmt.Errorf("locking device %s: %w", udid, err)
	}
	l := &Lock{udid: udid, file: flock.New(f.path(udid, ".lock")), holder: f.path(udid, ".json")}
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
	if err := l.sign(Holder{Command: command, PID: os.Getpid(), Since: time.Now().UTC()}); err != nil {
		l.Release()
		return nil, fmt.Errorf("locking device %s: %w", udid, err)
	}
	return l, nil
}

// sign writes who holds the lock: into a file of its own, since Windows lets nobody read
// one that is locked.
func (l *Lock) sign(h Holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return os.WriteFile(l.holder, text, 0o600)
}

// Release frees the lock, unless it was handed on: then whoever took it frees it.
func (l *Lock) Release() error {
	if l.lent {
		return nil
	}
	return errors.Join(ignoreMissing(os.Remove(l.holder)), l.file.Unlock())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// key names a lock in a context.
type key string

// With hands a lock on to the commands that are called with the context.
func With(ctx context.Context, l *Lock) context.Context {
	return context.WithValue(ctx, key(name(l.udid)), l)
}

// Holder is who holds the lock of a device. held is false if nobody does. A holder whose
// name cannot be read is the zero one.
func (f Folder) Holder(udid string) (holder Holder, held bool) {
	return f.holderIn(f.path(udid, ".lock"), f.path(udid, ".json"))
}

// Holders are all who hold a lock of this user.
func (f Folder) Holders() []Holder {
	paths, _ := filepath.Glob(filepath.Join(string(f), "*.lock")) // the pattern is right
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
		return Holder{}, false // to look is not to make one
	}
	file := flock.New(lock)
	free, err := file.TryRLock()
	if free {
		_ = file.Unlock() // it was never written to
		return Holder{}, false
	}
	if err != nil {
		return Holder{}, false
	}
	return read(signature), true
}

// read gives the zero Holder for what is no signature.
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

// name is a file name for a UDID, the same for each spelling of it.
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
