package usb

import (
	"context"
	"time"
)

// A comeback follows one device that is expected to leave and to return on the same kind of
// connection.
type comeback struct {
	changes chan Change
	before  Attached // as it was attached before the request
	now     Attached // as it is attached afterwards
	left    bool
}

// settle waits up to timeout for usbmuxd to report how the device is attached now.
func (c *comeback) settle(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		change, err := c.next(ctx)
		if err != nil {
			return err
		}
		if !change.Gone && !change.Paired && change.Attached.Connection == c.before.Connection {
			c.before = change.Attached
			return nil
		}
	}
}

// leave waits up to timeout for the device to leave. A device that is reported under another
// number has already left and returned.
func (c *comeback) leave(ctx context.Context, timeout time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for !c.left {
		change, err := c.next(ctx)
		if err != nil {
			return
		}
		c.follow(change)
	}
}

// back waits for the device to return, and reports whether it did.
func (c *comeback) back(ctx context.Context) bool {
	for c.now == (Attached{}) {
		change, err := c.next(ctx)
		if err != nil {
			return false
		}
		c.follow(change)
	}
	return true
}

func (c *comeback) follow(change Change) {
	same := change.Attached.Connection == c.before.Connection
	switch {
	case change.Paired:
	case change.Gone, !same:
		c.left, c.now = true, Attached{}
	case change.Attached.DeviceID != c.before.DeviceID:
		c.left, c.now = true, change.Attached
	case c.left:
		c.now = change.Attached // a restarted usbmuxd gives the same number again
	}
}

func (c *comeback) next(ctx context.Context) (Change, error) {
	select {
	case change := <-c.changes:
		return change, nil
	case <-ctx.Done():
		return Change{}, reasonOf(ctx, ctx.Err())
	}
}
