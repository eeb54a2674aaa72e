package sim

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// A Request is one request from a client to the tray or a device.
type Request struct {
	Service string // usbmux, lockdown, diagnostics, mcinstall, afc, installation_proxy, notification_proxy, os_trace_relay, syslog_relay, crashreportmover, mobilebackup2, springboardservices
	Name    string // as its protocol names it, with its subject: GetValue com.apple.mobile.backup
	UDID    string // "" for requests to the mux itself
}

// A Tray is a usbmuxd with attached devices. It is safe for concurrent use.
type Tray struct {
	Faults []Fault // of the mux itself; set before Serve

	now  func() time.Time
	keys *keys

	mu        sync.Mutex
	serving   int // calls of Serve
	plugged   []*plugged
	lastID    int
	records   map[string][]byte // pair records, by UDID
	times     map[string]int    // how often each device was plugged in, by UDID
	boots     map[string]int    // how often each device has restarted, by UDID
	listeners map[*listener]struct{}
	requests  []Request
	spoken    map[*plugged]int // USB connections, by device
	played    map[string]bool  // devices whose Person has begun, by UDID
	words     []string         // said and not yet heard
	changed   chan struct{}    // closed at the next request, restart, attachment or word; nil if nothing waits
}

// New returns a tray with the given devices. now is the clock of the devices; their dates are
// shifted to match it.
func New(now func() time.Time, devices ...*Device) (*Tray, error) {
	made, err := theKeys()
	if err != nil {
		return nil, err
	}
	t := &Tray{now: now, keys: made, records: map[string][]byte{}, times: map[string]int{}, boots: map[string]int{}, listeners: map[*listener]struct{}{}, spoken: map[*plugged]int{}, played: map[string]bool{}}
	for _, device := range devices {
		if err := t.Attach(device); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Attach plugs a device in and notifies all listeners. A device whose UDID is already in the tray
// is an error.
func (t *Tray) Attach(device *Device) error {
	now := t.now()
	fresh := device.freshened(now)
	if err := fresh.addSysdiagnose(now.Sub(device.RecordedAt)); err != nil {
		return err
	}
	p, err := plug(t, fresh)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.indexLocked(p.UDID()) >= 0 {
		return errors.New("a device with this UDID is attached already")
	}
	t.addLocked(p)
	return nil
}

// addLocked adds a prepared device to the tray and notifies all listeners.
func (t *Tray) addLocked(p *plugged) {
	p.again = t.times[p.UDID()]
	t.times[p.UDID()]++
	t.plugged = append(t.plugged, p)
	t.numberLocked(p)
	t.tellLocked(p.entries, entry.attached)
	t.changedLocked()
}

// numberLocked assigns the mux's next number to each connection of a device.
func (t *Tray) numberLocked(p *plugged) {
	p.entries = nil
	for _, connection := range p.Connections {
		t.lastID++
		p.entries = append(p.entries, entry{id: t.lastID, connection: connection, device: p})
	}
}

func (t *Tray) tellLocked(entries []entry, what func(entry) dict) {
	for l := range t.listeners {
		for _, e := range entries {
			l.tell(what(e))
		}
	}
}

// indexLocked returns the index of a device in the tray, or -1.
func (t *Tray) indexLocked(udid string) int {
	return slices.IndexFunc(t.plugged, func(p *plugged) bool { return p.UDID() == udid })
}

// Detach unplugs a device: its connections end and all listeners are notified. An unknown UDID is
// ignored.
func (t *Tray) Detach(udid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.indexLocked(udid)
	if i < 0 {
		return
	}
	p := t.plugged[i]
	t.plugged = slices.Delete(t.plugged, i, i+1)
	p.unplug()
	t.tellLocked(p.entries, entry.detached)
}

// Reenumerate simulates a loose cable: the device's connections end and it returns under a new
// number, without a detach event. An unknown UDID is ignored.
func (t *Tray) Reenumerate(udid string) error {
	t.mu.Lock()
	i := t.indexLocked(udid)
	if i < 0 {
		t.mu.Unlock()
		return nil
	}
	before := t.plugged[i]
	t.mu.Unlock()
	p, err := plug(t, before.state())
	if err != nil {
		return err
	}
	before.unplug()
	t.mu.Lock()
	defer t.mu.Unlock()
	if i = slices.Index(t.plugged, before); i < 0 {
		return nil // unplugged in the meantime
	}
	t.plugged[i] = p
	t.numberLocked(p)
	t.tellLocked(p.entries, entry.attached)
	return nil
}

// Unlock enters the passcode of a locked device.
func (t *Tray) Unlock(udid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.indexLocked(udid); i >= 0 {
		t.plugged[i].lock(false)
	}
}

// UDIDs returns the UDIDs of the devices in the tray, in the order they were attached.
func (t *Tray) UDIDs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var udids []string
	for _, p := range t.plugged {
		udids = append(udids, p.UDID())
	}
	return udids
}

// Requests returns every request received so far, in order.
func (t *Tray) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.requests)
}

func (t *Tray) note(service, name, udid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = append(t.requests, Request{Service: service, Name: name, UDID: udid})
	t.changedLocked()
}

// Serve serves clients until ctx is done, then closes the socket and every connection and waits
// for all of its goroutines. The first call starts the Persons of the devices in the tray. The
// error is nil if ctx ended it. Calling Serve again, on a new socket, simulates a restart of
// usbmuxd: devices are numbered from 1 again.
func (t *Tray) Serve(ctx context.Context, l net.Listener) error {
	t.startServing()
	defer t.stopServing()
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	t.playAll(ctx, running.Go)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer l.Close() // the AfterFunc may not have run when Accept returns a client as ctx ends
	for {
		client, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				client.Close()
			}
			return nil
		}
		if err != nil {
			return err
		}
		running.Go(func() {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			hangUp := context.AfterFunc(ctx, func() { client.Close() })
			defer hangUp()
			defer client.Close()
			t.serveMux(ctx, client)
		})
	}
}

func (t *Tray) startServing() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.serving++
	if t.serving > 1 {
		return
	}
	t.lastID = 0
	for _, p := range t.plugged {
		t.numberLocked(p)
	}
}

func (t *Tray) stopServing() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.serving--
}

// listed returns the mux's entries for all devices, in the order they were attached.
func (t *Tray) listed() []entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.listedLocked()
}

func (t *Tray) listedLocked() []entry {
	var all []entry
	for _, p := range t.plugged {
		all = append(all, p.entries...)
	}
	return all
}

// entry finds a device by its mux number.
func (t *Tray) entry(id int) (entry, bool) {
	entries := t.listed()
	i := slices.IndexFunc(entries, func(e entry) bool { return e.id == id })
	if i < 0 {
		return entry{}, false
	}
	if has(t.Faults, Swapped) && i < 2 && len(entries) > 1 {
		i = 1 - i
	}
	return entries[i], true
}

// The mux stores the pair records; nil means there is none.

func (t *Tray) record(udid string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.records[udid]
}

func (t *Tray) keepRecord(udid string, record []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records[udid] = record
}

// MoveRecord stores a pair record under another spelling of its UDID, as some versions of usbmuxd
// do.
func (t *Tray) MoveRecord(from, to string) {
	record := t.record(from)
	t.dropRecord(from)
	t.keepRecord(to, record)
}

func (t *Tray) dropRecord(udid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.records, udid)
}
