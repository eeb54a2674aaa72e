package sim

import (
	"cmp"
	"time"
)

// enterHub counts a connection to a USB device. It returns false if the hub cannot support
// another device; the caller must then close the connection.
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

// leaveHub ends a connection counted by enterHub.
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
