package sim

import "time"

// state returns the device as it answers now. It is never changed in place: alter replaces it.
func (p *plugged) state() *Device {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// alter changes what the device answers from now on. change must set values through the methods
// of [Device], which copy what they change.
func (p *plugged) alter(change func(*Device)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := *p.current
	change(&next)
	p.current = &next
}

// locked reports whether the device is locked with its passcode and offers no services.
func (p *plugged) locked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lockedNow
}

func (p *plugged) lock(locked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lockedNow = locked
}

// succeed takes over what outlasts being unplugged: trust, the lock, the answer to the dialog.
func (p *plugged) succeed(before *plugged) {
	before.mu.Lock()
	defer before.mu.Unlock()
	for host, secure := range before.trusted {
		p.trusted[host] = secure
	}
	p.lockedNow, p.answer = before.lockedNow, before.answer
}

// now returns the time by the device's clock.
func (p *plugged) now() time.Time { return p.tray.now().Add(p.state().ClockSkew) }
