package sim

import (
	"context"
	"io"
	"sync"
)

// A listener receives an event for every device that attaches or detaches.
type listener struct {
	mu    sync.Mutex
	queue []dict
	ready chan struct{} // has an element while the queue may be non-empty
}

func (l *listener) tell(event dict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, event)
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

func (l *listener) take() []dict {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.queue
	l.queue = nil
	return events
}

// listen announces all attached devices to a client, then each one that attaches or detaches.
func (s *muxSession) listen(ctx context.Context, tag uint32) {
	if s.result(tag, muxOK, "Listen") != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { // a listening client sends nothing more until it disconnects
		io.Copy(io.Discard, s.raw)
		cancel()
	})
	defer watching.Wait()
	defer s.raw.Close()
	l := s.tray.startListening()
	defer s.tray.stopListening(l)
	hangUp, hangsUp := find(s.faults, HangUp)
	for told := 0; ; {
		for _, event := range l.take() {
			if hangsUp && told == hangUp.Count || s.tell(event) != nil {
				return
			}
			told++
		}
		if hangsUp && told == hangUp.Count {
			return
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return
		}
	}
}

// tell sends one event, with any ghost events.
func (s *muxSession) tell(event dict) error {
	events := []dict{event}
	if has(s.faults, Ghosts) {
		events = append(events, event,
			dict{"MessageType": "Paired", "DeviceID": event["DeviceID"]},
			dict{"MessageType": "Detached", "DeviceID": 1 << 30})
	}
	for _, event := range events {
		kind, _ := event["MessageType"].(string)
		if err := s.message(0, event, "Listen", kind); err != nil {
			return err
		}
	}
	return nil
}

// tellPaired notifies all listeners that a device was paired; unknown numbers are ignored.
func (t *Tray) tellPaired(id int) {
	if e, ok := t.entry(id); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.tellLocked([]entry{e}, entry.paired)
	}
}

func (t *Tray) startListening() *listener {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := &listener{ready: make(chan struct{}, 1)}
	for _, e := range t.listedLocked() {
		l.tell(e.attached())
	}
	t.listeners[l] = struct{}{}
	return l
}

func (t *Tray) stopListening(l *listener) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.listeners, l)
}
