package terminal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Countdown shows the time left to wait for devices. It is safe for concurrent use.
type Countdown struct {
	screen *Screen
	mu     sync.Mutex
	left   map[string]time.Duration // of each awaited device, by name
}

// NewCountdown returns a Countdown on the status line of a screen.
func NewCountdown(screen *Screen) *Countdown {
	return &Countdown{screen: screen, left: map[string]time.Duration{}}
}

// Wait starts showing the wait for the named device.
func (c *Countdown) Wait(name string, left time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[name] = left
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.left)) {
		names = append(names, fmt.Sprintf("%q", name))
	}
	c.screen.Status(fmt.Sprintf("waiting for %s, %d s left", strings.Join(names, ", "), int(left.Seconds())))
}

// Done ends the wait for a device.
func (c *Countdown) Done(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.left, name)
	if len(c.left) == 0 {
		c.screen.Status("")
	}
}
