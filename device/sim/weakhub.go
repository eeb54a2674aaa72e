package sim

import (
	"cmp"
	"time"
)

// enterHub counts a connection to a device on USB. It is false if the hub does not bear one
// more device; the connection is then to be closed.
func (s *muxSession) enterHub(e entry) bool {
	fault, weak := find(s.tray.Faults, WeakHub)
	if s.tray.bears(e, weak, cmp.Or(fault.Count, 12)) {
		return true
	}
	if fault.Seconds > 0 {
		_ = sleep(time.Duration(fault.Seconds*float64(time.Second)), s.closed) // closed either way
	}
	return false
}

func (t *Tray) bears(e entry, weak bool, most int) bool {
	if e.connection != "USB" {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if weak && t.spoken[e.device] == 0 && len(t.spoken) >= most {
		return false
	}
	t.spoken[e.device]++
	return true
}

// leaveHub ends a connection that enterHub has counted.
func (t *Tray) leaveHub(e entry) {
	if e.connection != "USB" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.spoken[e.device]--; t.spoken[e.device] == 0 {
		delete(t.spoken, e.device)
	}
}
