//go:build !windows

package terminal

import (
	"context"
	"os/signal"
	"syscall"
	"time"
)

// untilQuit returns a context that ends with SIGQUIT, the signal of Ctrl-\, whose default
// action would leave the terminal without echo. resume then ends the process by that signal. If
// SIGQUIT is ignored, it is ignored here too.
func untilQuit(ctx context.Context) (quit context.Context, resume func()) {
	if signal.Ignored(syscall.SIGQUIT) {
		return ctx, func() {}
	}
	quit, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	return quit, func() {
		quitting := quit.Err() != nil && ctx.Err() == nil
		stop()
		if quitting && syscall.Kill(syscall.Getpid(), syscall.SIGQUIT) == nil {
			time.Sleep(time.Minute) // the process ends before that
		}
	}
}
