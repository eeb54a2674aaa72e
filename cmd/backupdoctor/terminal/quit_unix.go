//go:build !windows

package terminal

import (
	"context"
	"os/signal"
	"syscall"
)

// untilQuit ends with the signal that Ctrl-\ sends, whose usual end of the process would leave
// the terminal as it is. resume gives the process that end.
func untilQuit(ctx context.Context) (quit context.Context, resume func()) {
	quit, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	return quit, func() {
		quitting := quit.Err() != nil && ctx.Err() == nil
		stop()
		if quitting {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
		}
	}
}
