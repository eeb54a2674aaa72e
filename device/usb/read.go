package usb

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// The lockdown domains that are read, in this order: what matters most comes first, in
// case the device falls silent. The root values come before them all.
const (
	domainBackup        = "com.apple.mobile.backup"
	domainDisk          = "com.apple.disk_usage"
	domainSetup         = "com.apple.purplebuddy"
	domainFindMy        = "com.apple.fmip"
	domainBattery       = "com.apple.mobile.battery"
	domainSync          = "com.apple.mobile.data_sync"
	domainWireless      = "com.apple.mobile.wireless_lockdown"
	domainInternational = "com.apple.international"
)

var laterDomains = []string{
	domainDisk, domainSetup, domainFindMy, domainBattery, domainSync, domainWireless, domainInternational,
}

// timeKey is the root value that tells the device's clock. It is read alone, so that
// little time passes between the device's answer and its arrival.
const timeKey = "TimeIntervalSince1970"

// Read examines one device. It always returns, by the Door's Timeout at the latest, with
// what was read until then; every other fact has its reason. Live.Trusted says whether a
// session could be started, and Live.Ended why the examination broke off, if it did. The
// caller adds Host, ModelName and Newest.
func (d Door) Read(ctx context.Context, a Attached, wants Wants) device.Snapshot {
	return d.examine(ctx, a, func(ctx context.Context, e *examination) { e.readAll(ctx, wants) })
}

// Greet reads no more than a device's name, model, version and trust. It fills the
// snapshot as [Door.Read] does, and leaves every other fact not asked.
func (d Door) Greet(ctx context.Context, a Attached) device.Snapshot {
	return d.examine(ctx, a, func(ctx context.Context, e *examination) { e.greet(ctx) })
}

// An examination is one visit to one device.
type examination struct {
	door     Door
	attached Attached
	snapshot device.Snapshot
	proof    credential
	ended    error // why it broke off, though lockdown could be opened again
	lockdown
}

// examine prepares a visit, makes it, and clears up whatever became of it. It stops the
// panics of what lies below, of which the guards before every decoder should leave none.
func (d Door) examine(ctx context.Context, a Attached, visit func(context.Context, *examination)) device.Snapshot {
	d = d.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	e := &examination{door: d, attached: a, lockdown: lockdown{&link{}}}
	e.snapshot = device.Snapshot{
		TakenAt: time.Now().UTC(),
		Device:  device.Identity{UDID: a.UDID},
		Labels:  device.Labels{Location: uint64(a.Location)},
		Live:    &device.Live{Connection: a.Connection},
	}
	guard(
		func() { visit(ctx, e) },
		func() { e.ended = device.Internal },
	)
	e.Close()
	if ctx.Err() != nil {
		e.ended = reasonOf(ctx, ctx.Err())
	}
	if ended := cmp.Or(e.ended, e.broken); ended != nil {
		e.snapshot.Live.Ended = device.GapOf(ended)
	}
	return e.snapshot
}

// begin opens lockdown, starts a session if there is a pair record, and reads the root
// values. trust says why there is no session, if there is none.
func (e *examination) begin(ctx context.Context) (root reply, trust error) {
	// usbmuxd finds the pair record while the device answers.
	var reading sync.WaitGroup
	reading.Go(func() {
		guard(
			func() { e.proof, trust = e.door.readCredential(ctx, e.attached.UDID) },
			func() { trust = device.Internal },
		)
	})
	var err error
	e.lockdown, err = e.door.lockdown(ctx, e.attached)
	reading.Wait()
	if err != nil {
		return reply{err: err}, err
	}
	if trust == nil {
		trust = e.start(ctx, e.proof)
	}
	root = e.values(ctx, "")
	if trust == nil && errors.Is(root.err, device.TrustStale) {
		trust = root.err // by TLS 1.3 a device refuses only after the handshake
	}
	if trust == nil || e.broken == nil || ctx.Err() != nil {
		return root, trust
	}
	return e.beginAgain(ctx, trust)
}

// beginAgain opens lockdown anew, without a session, after the first attempt to start
// one cost the connection.
func (e *examination) beginAgain(ctx context.Context, why error) (root reply, trust error) {
	anew, err := e.door.lockdown(ctx, e.attached)
	if err != nil {
		// Nobody can tell a stale pair record from a device that was unplugged.
		return reply{err: e.broken}, e.broken
	}
	if why == e.broken && why != device.TrustStale {
		e.ended = why // not because of trust
	}
	e.Close()
	e.lockdown = anew
	return e.values(ctx, ""), why
}

// greet reads who the device is.
func (e *examination) greet(ctx context.Context) {
	root, trust := e.begin(ctx)
	e.snapshot.Live.Trusted = device.FactOf(true, trust)
	identify(&e.snapshot.Device, root, trust)
}

// readAll reads everything that is asked for.
func (e *examination) readAll(ctx context.Context, wants Wants) {
	live := e.snapshot.Live
	root, trust := e.begin(ctx)
	live.Trusted = device.FactOf(true, trust)
	identify(&e.snapshot.Device, root, trust)
	if trust != nil {
		e.fillUntrusted(root, trust, wants)
		return
	}
	fillRoot(live, root)

	// Root and backup come first, then the services are started, so that they answer
	// while the other domains are read.
	domains := map[string]reply{domainBackup: e.values(ctx, domainBackup)}
	var services sync.WaitGroup
	defer services.Wait()
	for _, service := range e.services(live, wants) {
		at, err := e.startService(ctx, service.name)
		if err != nil {
			service.close(err)
			continue
		}
		services.Go(func() {
			guard(
				func() { e.visit(ctx, service, at) },
				func() { service.close(device.Internal) },
			)
		})
	}
	for _, domain := range laterDomains {
		domains[domain] = e.values(ctx, domain)
	}
	sent := time.Now()
	clock := e.value(ctx, timeKey)
	live.ClockSkewSeconds = skew(clock, sent, time.Now())
	fillDomains(live, domains, e.snapshot.TakenAt)
}

// fillUntrusted gives the trust state as the reason of all that needs a session, and
// keeps what the device tells without one.
func (e *examination) fillUntrusted(root reply, trust error, wants Wants) {
	live := e.snapshot.Live
	closed := reply{err: trust}
	fillRoot(live, closed)
	live.HasTelephony = fact(root, flag, "TelephonyCapability")
	live.ClockSkewSeconds = device.Unknown[float64](trust)
	domains := map[string]reply{domainBackup: closed}
	for _, domain := range laterDomains {
		domains[domain] = closed
	}
	fillDomains(live, domains, e.snapshot.TakenAt)
	for _, service := range e.services(live, wants) {
		service.close(trust)
	}
}

// A service is what one service of the device is asked. read is called with a link to
// it; close in place of read, or after it panicked, with the reason why nothing is known.
// Both set facts of their own, so that services can be read side by side.
type service struct {
	name  string
	read  func(context.Context, *link)
	close func(error)
}

// services are those that are read beside lockdown, the longest conversation first. Each
// costs a TLS handshake, the dearest part of a scan, so there is none for what lockdown
// answers.
func (e *examination) services(live *device.Live, wants Wants) []service {
	list := []service{
		crashReports(live),
		diagnostics(live, e.snapshot.Device),
		management(live),
	}
	if wants&Sizes != 0 {
		list = append(list, appSizes(live))
	}
	return list
}

// visit connects to a started service and reads it.
func (e *examination) visit(ctx context.Context, s service, at started) {
	l, err := e.door.dial(ctx, e.attached, at.port)
	if err != nil {
		s.close(err)
		return
	}
	defer l.Close()
	if at.secure {
		if err := l.secure(ctx, e.proof.identity); err != nil {
			s.close(err)
			return
		}
	}
	s.read(ctx, l)
}

// guard does f, and after a panic of it, failed. Panics of a goroutine can be stopped
// nowhere else.
func guard(f, failed func()) {
	defer func() {
		if recover() != nil {
			failed()
		}
	}()
	f()
}
