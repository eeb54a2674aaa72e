package terminal

import (
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
)

// A Countdown shows how long devices are still waited for. It may be used by several goroutines.
type Countdown struct {
	screen *Screen
	mu     sync.Mutex
	left   map[string]time.Duration // of each device that is waited for, by UDID
}

// NewCountdown is a countdown on the status line of a screen.
func NewCountdown(screen *Screen) *Countdown {
	return &Countdown{screen: screen, left: map[string]time.Duration{}}
}

// Wait shows that a device is waited for.
func (c *Countdown) Wait(udid string, left time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[udid] = left
	c.screen.Status(fmt.Sprintf("waiting for %s, %d s left", words.Count(len(c.left), "device"), int(left.Seconds())))
}

// Done ends the wait for a device.
func (c *Countdown) Done(udid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.left, udid)
	if len(c.left) == 0 {
		c.screen.Status("")
	}
}
