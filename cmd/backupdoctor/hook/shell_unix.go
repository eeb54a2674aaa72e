//go:build unix

package hook

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Shell returns a command that runs line in the user's shell.
func Shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", line)
}

// group puts a command in a process group of its own, which is sent SIGTERM on cancellation.
func group(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return signalGroup(c.Process, syscall.SIGTERM) }
}

// endGroup kills what is left of the group.
func endGroup(c *exec.Cmd) {
	if c.Process != nil {
		_ = signalGroup(c.Process, syscall.SIGKILL) // usually nothing is left
	}
}

func signalGroup(leader *os.Process, signal syscall.Signal) error {
	err := syscall.Kill(-leader.Pid, signal)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
