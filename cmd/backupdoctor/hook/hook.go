// Package hook runs a command of the user's for every finished device, with the report of it
// on stdin and its facts in the environment. Nothing that a device says becomes a part of the
// command line.
package hook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// grace is how long a command has after it was asked to end, and what it started has after it
// ended, to let go of its output.
const grace = 2 * time.Second

// A Hook is a command to run for each device. It may run for several at once.
type Hook struct {
	Command string        // a line for the shell
	Environ []string      // of the command, which gets the facts on top; it must hold no secret
	Timeout time.Duration // for one device; 0 is 5 min
	Slots   chan struct{} // as many run at once as it has room; nil is no limit
	Output  io.Writer     // what the command prints goes here, line by line

	one sync.Mutex // of the lines of several devices
}

func (h *Hook) timeout() time.Duration { return cmp.Or(h.Timeout, 5*time.Minute) }

// Run runs the command for the device of a report, which must have exactly one, and waits for
// its end. The error says for which device it failed, and why. At its deadline, or when ctx
// ends, the command is ended, and on Unix all that it has started, too. What a command that
// ended by itself leaves running goes on, and is not heard any more.
func (h *Hook) Run(ctx context.Context, r report.Report) error {
	device := r.Devices[0]
	if err := h.run(ctx, r); err != nil {
		return fmt.Errorf("the command of --exec failed for %s: %w", label(device), err)
	}
	return nil
}

func (h *Hook) run(ctx context.Context, r report.Report) error {
	var document bytes.Buffer
	if err := format.WriteJSON(&document, r); err != nil {
		return err
	}
	if h.Slots != nil {
		select {
		case h.Slots <- struct{}{}:
			defer func() { <-h.Slots }()
		case <-ctx.Done():
			return errInterrupted
		}
	}
	limited, cancel := context.WithTimeout(ctx, h.timeout())
	defer cancel()
	output := &lines{prefix: label(r.Devices[0]) + ": ", print: h.print}
	c := Shell(limited, h.Command)
	c.Env = slices.Concat(h.Environ, facts(r))
	c.Stdin, c.Stdout, c.Stderr = &document, output, output
	c.WaitDelay = grace
	group(c)
	err := c.Run()
	if limited.Err() != nil {
		endGroup(c)
	}
	output.close()
	switch {
	case ctx.Err() != nil && err != nil:
		return errInterrupted
	case limited.Err() != nil && err != nil:
		return fmt.Errorf("it took longer than %v, and was ended", h.timeout())
	case errors.Is(err, exec.ErrWaitDelay): // it ended well, but left something behind
		return nil
	}
	return inWords(err)
}

var errInterrupted = errors.New("it was ended: the run was interrupted")

func (h *Hook) print(line string) {
	h.one.Lock()
	defer h.one.Unlock()
	io.WriteString(h.Output, line) // who cannot read it is not helped by an error
}

// Exit codes of a shell about the command itself.
const (
	notRunnable = 126
	notFound    = 127
)

// inWords says how a command ended.
func inWords(err error) error {
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	switch code := ended.ExitCode(); code {
	case -1:
		return fmt.Errorf("it was ended by a %s", ended.ProcessState) // signal: killed
	case notFound:
		return fmt.Errorf("exit code %d: the shell did not find it", code)
	case notRunnable:
		return fmt.Errorf("exit code %d: the shell could not run it", code)
	default:
		return fmt.Errorf("exit code %d", code)
	}
}
