package sim

import (
	"slices"
	"sync"
)

// trustedHost is posted when a trusted computer starts talking to the device.
const trustedHost = "com.apple.mobile.lockdown.trusted_host_attached"

// An observer is a notification_proxy client with the notifications it observes.
type observer struct {
	names  []string
	posted chan string
}

// notifications sends a client the notifications posted while it is connected.
func (s *service) notifications() {
	type request struct{ Command, Name string }
	o := &observer{posted: make(chan string, 16)}
	var telling sync.WaitGroup
	telling.Go(func() {
		for name := range o.posted {
			if s.say(dict{"Command": "RelayNotification", "Name": name}, "RelayNotification") != nil {
				return
			}
		}
	})
	defer telling.Wait()
	defer s.device.forgetObserver(o)
	for {
		r, err := readRequest[request](s)
		if err != nil {
			return
		}
		if r.Command == "ObserveNotification" {
			s.device.observe(o, r.Name) // before it is noted: a person who awaits the request may act at once
		}
		s.note("notification_proxy", r.Command+" "+r.Name)
		switch r.Command {
		case "PostNotification":
			s.device.post(r.Name)
		case "Shutdown":
			s.say(dict{"Command": "ProxyDeath"}, r.Command)
			return
		}
	}
}

// observe subscribes an observer to a notification.
func (p *plugged) observe(o *observer, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o.names = append(o.names, name)
	if !slices.Contains(p.observers, o) {
		p.observers = append(p.observers, o)
	}
}

func (p *plugged) forgetObserver(o *observer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.observers = slices.DeleteFunc(p.observers, func(other *observer) bool { return other == o })
	close(o.posted)
}

// post delivers a notification to its observers. An observer that is too slow misses it.
func (p *plugged) post(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.observers {
		if !slices.Contains(o.names, name) {
			continue
		}
		select {
		case o.posted <- name:
		default:
		}
	}
}
