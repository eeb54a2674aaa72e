package hook

import (
	"context"
	"os/exec"
	"syscall"
)

// Shell returns a command that runs line in cmd.exe. The line is passed unquoted, since cmd.exe
// does not parse quotes as other programs do.
func Shell(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "cmd")
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + line + `"`}
	return c
}

// group does nothing: Windows terminates only the command.
func group(*exec.Cmd) {}

// endGroup does nothing: see group.
func endGroup(*exec.Cmd) {}
