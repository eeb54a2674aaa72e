package sim

import (
	"context"
	"maps"
	"time"
)

// denies is true while the device answers no to every try to pair.
func (p *plugged) denies() bool {
	fault, ok := find(p.Faults, Denied)
	return ok && (fault.Count == 0 || p.again < fault.Count)
}

// pairWithMux is what happens when the dialog is answered that usbmuxd had the device show: it
// keeps its own pair record, and tells those who listen.
func (p *plugged) pairWithMux() {
	record := p.tray.keys.record
	stored, err := record.bytes()
	if err != nil || p.trust(record) != nil {
		return
	}
	p.tray.keepRecord(p.UDID(), stored)
	p.tray.tellPaired(p.entries[0].id)
}

// leaveOnTrust has a device that re-enumerates when Trust is tapped do so, once.
func (p *plugged) leaveOnTrust() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.returns = has(p.Faults, Reenumerates) && p.again == 0
}

func (p *plugged) isReturning() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.returns
}

// leaveAndReturn unplugs a device and plugs it in again a moment later, under a new number. It
// still trusts whom it trusted. It returns early if ctx ends.
func (t *Tray) leaveAndReturn(ctx context.Context, p *plugged) {
	t.Detach(p.UDID())
	fault, _ := find(p.Faults, Reenumerates)
	if sleep(fault.delay(300*time.Millisecond), ctx.Done()) != nil {
		return
	}
	returned, err := plug(t, p.Device)
	if err != nil {
		return
	}
	p.mu.Lock()
	maps.Copy(returned.trusted, p.trusted)
	p.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.indexLocked(p.UDID()) < 0 {
		t.addLocked(returned)
	}
}
