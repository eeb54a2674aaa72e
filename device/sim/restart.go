package sim

import (
	"cmp"
	"context"
	"time"
)

// usualAway is how long a device is away while it restarts. Real ones need half a minute or more.
const usualAway = time.Second

// restart handles the diagnostics request to restart.
func (s *service) restart() dict {
	s.device.mu.Lock()
	defer s.device.mu.Unlock()
	s.device.restarting = !has(s.device.Faults, Stays)
	return dict{"Status": "Success"}
}

// takeRestart reports, once, whether the device was asked to restart.
func (p *plugged) takeRestart() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.restarting
	p.restarting = false
	return asked
}

// reboot unplugs a device and plugs it in again once it has started: locked, with a new boot
// session, and changed by update, which may be nil. It returns early if ctx is done.
func (t *Tray) reboot(ctx context.Context, p *plugged, update func(*Device)) {
	t.Detach(p.UDID())
	if has(p.Faults, StaysAway) || sleep(cmp.Or(p.Away, usualAway), ctx.Done()) != nil {
		return
	}
	if has(p.Faults, SameBoot) {
		t.comeBack(p)
		return
	}
	p.lock(true)
	p.alter(func(d *Device) {
		if _, tells := d.values[""]["BootSessionID"]; tells {
			d.Set("", "BootSessionID", newUUID())
		}
		if update != nil {
			update(d)
		}
	})
	t.comeBack(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.boots[p.UDID()]++
	t.changedLocked()
}

// Boots returns how often a device has restarted in the tray.
func (t *Tray) Boots(udid string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.boots[udid]
}

// comeBack plugs a device in again as it was, under a new number, unless it is in the tray.
func (t *Tray) comeBack(before *plugged) {
	returned, err := plug(t, before.state())
	if err != nil {
		return // cannot happen: it did not fail when the device was first plugged in
	}
	returned.succeed(before)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.indexLocked(before.UDID()) < 0 {
		t.addLocked(returned)
	}
}
