//go:build !windows

package terminal

import (
	"context"
	"os/signal"
	"syscall"
	"time"
)

// untilQuit ends with the signal that Ctrl-\ sends, whose usual end of the process would leave
// the terminal as it is. resume gives the process that end. Where the signal is ignored, it is
// here too.
func untilQuit(ctx context.Context) (quit context.Context, resume func()) {
	if signal.Ignored(syscall.SIGQUIT) {
		return ctx, func() {}
	}
	quit, stop := signal.NotifyContext(ctx, syscall.SIGQUIT)
	return quit, func() {
		quitting := quit.Err() != nil && ctx.Err() == nil
		stop()
		if quitting && syscall.Kill(syscall.Getpid(), syscall.SIGQUIT) == nil {
			time.Sleep(time.Minute) // the process ends meanwhile
		}
	}
}
