package actlock

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const udid = "00008101-000123456789001E"

func folder(t *testing.T) Folder { return Folder(filepath.Join(t.TempDir(), "locks")) }

func acquire(t *testing.T, f Folder, command string) *Lock {
	t.Helper()
	l, err := f.Acquire(t.Context(), udid, command, 0)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Only one command at a time holds a device's lock; others get the holder's name.
func TestLocksExcludeEachOther(t *testing.T) {
	f := folder(t)
	if h, held := f.Holder(udid); held {
		t.Errorf("held by %v before any command ran", h)
	}
	if _, err := os.Stat(string(f)); err == nil {
		t.Error("looking for a holder has made the folder")
	}
	first := acquire(t, f, "backup")
	for _, spelling := range []string{udid, "00008101000123456789001e"} {
		_, err := f.Acquire(t.Context(), spelling, "scan --pair", 0)
		held, ok := errors.AsType[*HeldError](err)
		if !ok || held.Holder.Command != "backup" || held.Holder.PID != os.Getpid() {
			t.Errorf("%s: %v, want to be told of the holder", spelling, err)
		}
		if h, held := f.Holder(spelling); !held || h.Command != "backup" || time.Since(h.Since) > time.Minute {
			t.Errorf("%s: held is %v by %v", spelling, held, h)
		}
	}
	if holders := f.Holders(); len(holders) != 1 || holders[0].Command != "backup" {
		t.Errorf("holders %v", holders)
	}
	other, err := f.Acquire(t.Context(), "other", "restart", 0)
	if err != nil {
		t.Errorf("another device: %v", err)
	} else {
		other.Release()
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	if h, held := f.Holder(udid); held {
		t.Errorf("held by %v after its release", h)
	}
	acquire(t, f, "again").Release()
}

// Acquire waits for a held lock, but not beyond the caller's context.
func TestAcquireWaits(t *testing.T) {
	f := folder(t)
	first := acquire(t, f, "backup")
	var second error
	var waiting sync.WaitGroup
	waiting.Go(func() {
		var l *Lock
		if l, second = f.Acquire(t.Context(), udid, "restart", time.Hour); second == nil {
			second = l.Release()
		}
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := errors.New("ended")
	cancel(ended)
	if _, err := f.Acquire(ctx, udid, "scan --pair", time.Hour); err != ended {
		t.Errorf("%v, want %v", err, ended)
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	waiting.Wait()
	if second != nil {
		t.Error(second)
	}
}

// A command lends its lock to the commands it calls, and keeps it afterwards.
func TestALockIsHandedOn(t *testing.T) {
	f := folder(t)
	l := acquire(t, f, "backup")
	inner, err := f.Acquire(With(t.Context(), l), strings.ToLower(udid), "scan --pair", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Release(); err != nil {
		t.Error(err)
	}
	if h, held := f.Holder(udid); !held || h.Command != "backup" {
		t.Errorf("held is %v by %v, want backup", held, h)
	}
	if _, err := f.Acquire(With(t.Context(), l), "other", "restart", 0); err != nil {
		t.Errorf("another device: %v", err)
	}
	l.Release()
}

// Checking whether a lock is held does not prevent others from taking it.
func TestReadersAreNotInTheWay(t *testing.T) {
	f := folder(t)
	acquire(t, f, "first").Release()
	ctx, stop := context.WithCancel(t.Context())
	var looking sync.WaitGroup
	defer looking.Wait()
	defer stop()
	looking.Go(func() {
		for ctx.Err() == nil {
			f.Holder(udid)
			time.Sleep(time.Millisecond)
		}
	})
	for range 50 {
		acquire(t, f, "act").Release()
	}
}

// A killed process leaves its holder file behind, but no lock.
func TestAKilledProcessHoldsNothing(t *testing.T) {
	if path := os.Getenv("ACTLOCK_TEST_FOLDER"); path != "" { // the process to be killed
		_, err := Folder(path).Acquire(t.Context(), udid, "backup", 0)
		fmt.Println("acquired", err)
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	f := folder(t)
	child := exec.Command(os.Args[0], "-test.run", "^TestAKilledProcessHoldsNothing$")
	child.Env = append(os.Environ(), "ACTLOCK_TEST_FOLDER="+string(f))
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "acquired <nil>\n" {
		t.Errorf("the process says %q", line)
	}
	if h, held := f.Holder(udid); !held || h.PID != child.Process.Pid {
		t.Errorf("held is %v by %v, want process %d", held, h, child.Process.Pid)
	}
	child.Process.Kill()
	child.Wait()
	if h, held := f.Holder(udid); held {
		t.Errorf("held by %v", h)
	}
	acquire(t, f, "scan --pair").Release()
}

// Lock files stay in the folder for any UDID.
func TestNames(t *testing.T) {
	seen := map[string]string{}
	for _, udid := range []string{"00008101-A", "00008101A", "../../etc/passwd", "", "a/b", "NUL", strings.Repeat("a", 65), "ä"} {
		n := name(udid)
		if n == "" || strings.Trim(n, "0123456789abcdefghijklmnopqrstuvwxyz") != "" || len(n) > 65 {
			t.Errorf("%q has the name %q", udid, n)
		}
		if other, taken := seen[n]; taken && other != "00008101-A" {
			t.Errorf("%q and %q have the same name", other, udid)
		}
		seen[n] = udid
	}
}

// What the holder of a lock does is known to others, also if it has borrowed the lock, and until it
// releases the lock.
func TestWhatAHolderDoes(t *testing.T) {
	f := folder(t)
	lock := acquire(t, f, "treat")
	borrowed, err := f.Acquire(With(t.Context(), lock), udid, "backup", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []func(string) error{lock.Say, borrowed.Say} {
		const doing = "receiving 1.2 GB, 40 %"
		if err := say(doing); err != nil {
			t.Fatal(err)
		}
		if h, held := f.Holder(udid); !held || h.Command != "treat" || h.PID != os.Getpid() || h.Doing != doing {
			t.Errorf("%+v, %v", h, held)
		}
		if err := say(""); err != nil {
			t.Fatal(err)
		}
		if h, _ := f.Holder(udid); h.Command != "treat" || h.Doing != "" {
			t.Errorf("%+v", h)
		}
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(string(f), "*.json*")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}
