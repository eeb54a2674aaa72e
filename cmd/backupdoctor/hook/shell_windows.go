package hook

import (
	"context"
	"os/exec"
	"syscall"
)

// Shell is a command line for cmd.exe, which gets it as it was written: it does not read
// quotes as other programs do.
func Shell(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "cmd")
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + line + `"`}
	return c
}

// group does nothing: Windows ends the command alone.
func group(*exec.Cmd) {}

// endGroup does nothing for the same reason.
func endGroup(*exec.Cmd) {}
