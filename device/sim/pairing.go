package sim

import (
	"context"
	"time"
)

// denies reports whether the device currently rejects every pairing attempt.
func (p *plugged) denies() bool {
	fault, ok := find(p.Faults, Denied)
	return ok && (fault.Count == 0 || p.again < fault.Count)
}

// answerDialog answers the Trust dialog.
func (p *plugged) answerDialog(answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// answered returns the answer to the Trust dialog, or "".
func (p *plugged) answered() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answer
}

// pairWithMux simulates the user answering the dialog opened by usbmuxd, which stores its own
// pair record and notifies its listeners.
func (p *plugged) pairWithMux() {
	record := p.tray.keys.record
	stored, err := record.bytes()
	if err != nil || p.trust(record) != nil {
		return
	}
	p.tray.keepRecord(p.UDID(), stored)
	p.tray.tellPaired(p.entries[0].id)
}

// leaveOnTrust makes a device with the Reenumerates fault leave and return, once, when Trust is
// tapped.
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

// leaveAndReturn unplugs a device and plugs it in again shortly afterwards under a new number,
// keeping the computers it trusts. It returns early if ctx is done.
func (t *Tray) leaveAndReturn(ctx context.Context, p *plugged) {
	t.Detach(p.UDID())
	fault, _ := find(p.Faults, Reenumerates)
	if sleep(fault.delay(300*time.Millisecond), ctx.Done()) != nil {
		return
	}
	t.comeBack(p)
}
