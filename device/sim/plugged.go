package sim

import (
	"context"
	"crypto/tls"
	"sync"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// plugged is a device in a tray, with the state that changes while it is there.
type plugged struct {
	*Device // as it was plugged in
	tray    *Tray
	entries []entry         // one per connection: USB, Network
	ctx     context.Context // done when the device is unplugged
	unplug  func()

	mu       sync.Mutex
	trusted  map[string]*tls.Config // TLS configurations of trusted computers, by HostID
	tries    int                    // pairing attempts
	returns  bool                   // Trust was tapped: it leaves and returns
	again    int                    // how often it was plugged in before
	visits   int                    // connections to the crash reports
	ports    map[uint16]port        // services waiting for a connection
	lastPort uint16

	current    *Device // as it answers now; see state
	lockedNow  bool    // with its passcode
	restarting bool    // it was asked to restart, and will once the client has gone

	answer    string                    // to the Trust dialog: trust or dont-trust; "" while there is none
	followers map[chan LogStep]struct{} // of its log
	observers []*observer
	syncing   *afcSession // the session that holds syncLock; nil if none
}

// A port is a started service waiting for its client.
type port struct {
	service string
	secure  *tls.Config
}

// newPlugged returns a plugged-in device that trusts no computer yet.
func newPlugged(t *Tray, device *Device) *plugged {
	ctx, unplug := context.WithCancel(context.Background())
	return &plugged{
		Device:    device,
		tray:      t,
		ctx:       ctx,
		unplug:    unplug,
		trusted:   map[string]*tls.Config{},
		ports:     map[uint16]port{},
		followers: map[chan LogStep]struct{}{},
		current:   device,
		lockedNow: has(device.Faults, Locked),
	}
}

// plug prepares a device and pairs it with the computer unless its faults say otherwise.
func plug(t *Tray, device *Device) (*plugged, error) {
	if device.Backup == nil {
		device.Backup = mobilebackup.New(device.usualFiles()...)
	}
	p := newPlugged(t, device)
	for _, never := range []Kind{Unpaired, TrustPending, Denied, PairingForbidden, Reenumerates, PairedByMux} {
		if has(device.Faults, never) {
			return p, nil
		}
	}
	record := t.keys.record
	record.WiFiMACAddress, _ = device.values[""]["WiFiAddress"].(string)
	stored, err := record.bytes()
	if err != nil {
		return nil, err
	}
	t.keepRecord(device.UDID(), stored)
	if has(device.Faults, StaleHostID) {
		return p, nil
	}
	return p, p.trust(record)
}

// trust adds a trusted computer.
func (p *plugged) trust(record pairRecord) error {
	secure, err := p.tray.keys.secureFor(record, p.Device)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trusted[record.HostID] = secure
	return nil
}

// secure returns the TLS configuration for a computer, or nil if it is not trusted.
func (p *plugged) secure(hostID string) *tls.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trusted[hostID]
}

func (p *plugged) forget(hostID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.trusted, hostID)
}

// tryToPair counts a pairing attempt.
func (p *plugged) tryToPair() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	return p.tries
}

// firstPort is the first port that iOS assigns to services.
const firstPort = 49152

// open assigns a port to a service for one client.
func (p *plugged) open(service string, secure *tls.Config) uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastPort = max(p.lastPort+1, firstPort)
	p.ports[p.lastPort] = port{service, secure}
	return p.lastPort
}

// take returns the service waiting on a port, and closes the port.
func (p *plugged) take(number uint16) (port, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting, ok := p.ports[number]
	delete(p.ports, number)
	return waiting, ok
}
