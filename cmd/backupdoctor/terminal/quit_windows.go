package terminal

import "context"

// untilQuit does nothing: Windows has no such signal.
func untilQuit(ctx context.Context) (quit context.Context, resume func()) { return ctx, func() {} }
