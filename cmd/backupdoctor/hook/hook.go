// Package hook runs a user's command for every finished device, with the device's report on
// stdin and its main facts in the environment. Nothing from a device becomes part of the
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

// grace is how long a canceled command has to exit, and how long its children may keep its
// output open after it has exited.
const grace = 2 * time.Second

// A Hook is a command to run for each device. It may run for several devices at once.
type Hook struct {
	Command string        // a shell command line
	Environ []string      // environment of the command, without secrets; facts are added
	Timeout time.Duration // for one device; 0 means 5 min
	Slots   chan struct{} // its capacity limits concurrent commands; nil for no limit
	Output  io.Writer     // receives the output of the command, line by line

	one sync.Mutex // serializes lines of several commands
}

func (h *Hook) timeout() time.Duration { return cmp.Or(h.Timeout, 5*time.Minute) }

// Run runs the command for the device of a report, which must have exactly one, and waits for
// it. The error names the device and the reason. At the deadline, or when ctx ends, the command
// is terminated, on Unix with all its children. Children left by a command that exited by
// itself keep running, and their output is dropped.
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
	case errors.Is(err, exec.ErrWaitDelay): // it exited with success, but left children behind
		return nil
	}
	return inWords(err)
}

var errInterrupted = errors.New("it was ended: the run was interrupted")

func (h *Hook) print(line string) {
	h.one.Lock()
	defer h.one.Unlock()
	io.WriteString(h.Output, line) // there is nothing to do about an error
}

// Exit codes with which a shell reports that it could not run a command.
const (
	notRunnable = 126
	notFound    = 127
)

// inWords describes how a command ended.
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
