package sim

import (
	"slices"
	"sync"
)

// trustedHost is posted when a computer that the device trusts begins to speak with it.
const trustedHost = "com.apple.mobile.lockdown.trusted_host_attached"

// An observer is a client of notification_proxy, with what it wants to be told of.
type observer struct {
	names  []string
	posted chan string
}

// notifications tells a client of what is posted while it listens.
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
		s.note("notification_proxy", r.Command+" "+r.Name)
		switch r.Command {
		case "ObserveNotification":
			s.device.observe(o, r.Name)
		case "PostNotification":
			s.device.post(r.Name)
		case "Shutdown":
			s.say(dict{"Command": "ProxyDeath"}, r.Command)
			return
		}
	}
}

// observe adds a notification to what an observer is told of.
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

// post tells all who asked. One that does not keep up misses it.
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
