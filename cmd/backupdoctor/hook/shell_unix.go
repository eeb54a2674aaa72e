//go:build unix

package hook

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Shell is a command line for the user's shell.
func Shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", line)
}

// group lets a command be ended together with all that it starts: it is asked to end first.
func group(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return signalGroup(c.Process, syscall.SIGTERM) }
}

// endGroup ends what is left of a group.
func endGroup(c *exec.Cmd) {
	if c.Process != nil {
		_ = signalGroup(c.Process, syscall.SIGKILL) // mostly nothing is left
	}
}

func signalGroup(leader *os.Process, signal syscall.Signal) error {
	err := syscall.Kill(-leader.Pid, signal)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
