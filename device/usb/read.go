package usb

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// The lockdown domains to read, most important first in case the device stops responding. The
// root values come before all of them.
const (
	domainBackup        = "com.apple.mobile.backup"
	domainDisk          = "com.apple.disk_usage"
	domainSetup         = "com.apple.purplebuddy"
	domainSetupToo      = "com.apple.PurpleBuddy" // the version decides which of the two spellings works
	domainFindMy        = "com.apple.fmip"
	domainBattery       = "com.apple.mobile.battery"
	domainSync          = "com.apple.mobile.data_sync"
	domainWireless      = "com.apple.mobile.wireless_lockdown"
	domainInternational = "com.apple.international"
)

var laterDomains = []string{
	domainDisk, domainSetup, domainSetupToo, domainFindMy, domainBattery, domainSync, domainWireless, domainInternational,
}

// timeKey is the root value with the device's clock. It is read separately, to keep the delay
// between the device's response and its arrival short.
const timeKey = "TimeIntervalSince1970"

// Read examines one device. It always returns what it could read within the Client's Timeout; every
// missing fact has a reason. Live.Trusted says whether a session could be started, and Live.Ended
// why the examination stopped early, if it did. The caller adds Host, ModelName and Newest.
func (c Client) Read(ctx context.Context, a Attached, wants Wants) device.Snapshot {
	return c.examine(ctx, a, func(ctx context.Context, e *examination) { e.readAll(ctx, wants) })
}

// Greet reads only a device's name, model, version and trust. It fills the snapshot like
// [Client.Read] and marks every other fact as not asked.
func (c Client) Greet(ctx context.Context, a Attached) device.Snapshot {
	return c.examine(ctx, a, func(ctx context.Context, e *examination) { e.greet(ctx) })
}

// An examination is the state of one session with a device.
type examination struct {
	client   Client
	attached Attached
	snapshot device.Snapshot
	proof    credential
	public   reply  // the root values that any computer may read
	said     string // the UDID as the device spells it; "" until it is known
	speaks   dialect
	ended    error // why the examination stopped although the connection was fine
	lockdown
}

// examine sets up an examination, calls visit and always cleans up. It recovers from panics in
// lower layers, although the checks before every decoder should prevent them.
func (c Client) examine(ctx context.Context, a Attached, visit func(context.Context, *examination)) device.Snapshot {
	c = c.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	e := c.newExamination(a)
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

func (c Client) newExamination(a Attached) *examination {
	return &examination{
		client:   c.Over(a.Connection),
		attached: a,
		public:   reply{err: device.NotAsked},
		lockdown: lockdown{&link{}},
		snapshot: device.Snapshot{
			TakenAt: time.Now().UTC(),
			Device:  device.Identity{UDID: a.UDID},
			Labels:  device.Labels{Location: uint64(a.Location)},
			Live:    &device.Live{Connection: a.Connection},
		},
	}
}

// begin connects to lockdown, checks the device's identity, starts a session if there is a pair
// record, and reads the root values: before the session, to learn the device and its version, and
// again within it. trust says why there is no session, if there is none; root then holds what any
// computer may read.
func (e *examination) begin(ctx context.Context) (root reply, trust error) {
	// Look up the pair record while waiting for the device.
	var reading sync.WaitGroup
	reading.Go(func() {
		guard(
			func() { e.proof, trust = e.client.readCredential(ctx, e.attached.UDID) },
			func() { trust = device.Internal },
		)
	})
	var err error
	if e.lockdown, err = e.client.lockdown(ctx, e.attached); err != nil {
		root = reply{err: err}
	} else {
		root = e.values(ctx, "")
	}
	reading.Wait()
	e.public = root
	if err := cmp.Or(e.recognize(root), e.broken); err != nil {
		return reply{err: err}, err
	}
	if root.err == nil {
		e.client.answered()
	}
	if trust != nil {
		return root, trust
	}
	if err := e.openSession(ctx); err != nil {
		return root, err
	}
	inside := e.values(ctx, "")
	if e.broken != nil {
		return root, e.distrusted(e.broken) // with TLS 1.3 a device refuses a session only at its first response
	}
	if inside.err == nil {
		if err := e.recognize(inside); err != nil {
			return reply{err: err}, err
		}
		e.client.answered()
	}
	return inside, nil
}

// recognize compares the UDID reported by the device with the one it was listed under. The error
// is device.OtherDevice; values from this device must not be attributed to the other.
func (e *examination) recognize(root reply) error {
	said, err := fact(root, safeplist.Dict.Text, "UniqueDeviceID").Get()
	if err != nil {
		e.snapshot.Live.Recognized = device.Unknown[bool](err)
		return nil
	}
	e.said = said
	same := device.SameUDID(said, e.attached.UDID)
	e.snapshot.Live.Recognized = device.Known(same)
	if !same {
		e.public = reply{err: device.OtherDevice}
		return e.abandon(device.OtherDevice)
	}
	if e.speaks == unknownTLS {
		var id device.Identity
		identify(&id, root, nil)
		e.speaks = dialectOf(id)
	}
	return nil
}

// openSession starts a session. If the handshake fails on a device of unknown version, it is
// retried once with the TLS of iOS 9 and earlier.
func (e *examination) openSession(ctx context.Context) error {
	err := e.start(ctx, e.proof, e.speaks)
	if !errors.Is(err, device.HandshakeFailed) {
		return e.distrusted(err)
	}
	again, gone := e.client.lockdown(ctx, e.attached)
	if gone != nil {
		e.broken = gone // the device was unplugged, or the hub failed
		return gone
	}
	e.Close()
	e.lockdown = again
	if e.speaks != unknownTLS {
		return e.abandon(err)
	}
	e.speaks = oldTLS
	return e.distrusted(e.start(ctx, e.proof, e.speaks))
}

// distrusted closes the connection after the device refused a session for lack of trust, which
// does not count as a connection failure.
func (e *examination) distrusted(err error) error {
	if errors.Is(err, device.TrustStale) {
		e.Close()
		e.lockdown = lockdown{&link{}}
	}
	return err
}

// abandon closes the connection and ends the examination with a reason.
func (e *examination) abandon(why error) error {
	e.Close()
	e.lockdown = lockdown{brokenLink(why)}
	return why
}

// greet reads the device's identity.
func (e *examination) greet(ctx context.Context) {
	root, trust := e.begin(ctx)
	e.snapshot.Live.Trusted = device.FactOf(true, trust)
	e.identify(root, trust)
}

// identify fills in the identity. Values missing in the session are taken from before it.
func (e *examination) identify(root reply, trust error) {
	id := &e.snapshot.Device
	identify(id, root, trust)
	var before device.Identity
	identify(&before, e.public, nil)
	id.Name = orElse(id.Name, before.Name)
	id.Class = orElse(id.Class, before.Class)
	id.ProductType = orElse(id.ProductType, before.ProductType)
	id.ProductVersion = orElse(id.ProductVersion, before.ProductVersion)
	id.BuildVersion = orElse(id.BuildVersion, before.BuildVersion)
}

// readAll reads everything requested.
func (e *examination) readAll(ctx context.Context, wants Wants) {
	live := e.snapshot.Live
	root, trust := e.begin(ctx)
	live.Trusted = device.FactOf(true, trust)
	e.identify(root, trust)
	if trust != nil {
		e.fillUntrusted(root, trust, wants)
		return
	}
	fillRoot(live, root)

	// Read root and backup first, then start the services, so that they respond while the other
	// domains are read.
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

// fillUntrusted sets the trust state as the reason for everything that needs a session, and keeps
// what the device reveals without one.
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

// A service describes how to read one service of the device. read is called with a link to it;
// close is called instead of read, or after read panicked, with the reason why nothing is known.
// Each sets only its own facts, so that services can be read concurrently.
type service struct {
	name  string
	read  func(context.Context, *link)
	close func(error)
}

// services returns the services to read alongside lockdown: those of every scan, slowest first,
// then those in wants. Each costs a TLS handshake, the most expensive part of a scan, so values
// available from lockdown are never read from a service.
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
	l, err := e.client.dial(ctx, e.attached, at.port)
	if err != nil {
		s.close(err)
		return
	}
	defer l.Close()
	if at.secure {
		if err := l.secure(ctx, e.proof.identity, e.speaks); err != nil {
			s.close(err)
			return
		}
	}
	s.read(ctx, l)
}

// guard calls f, and calls failed if f panics. A panic in a goroutine can only be recovered
// there.
func guard(f, failed func()) {
	defer func() {
		if recover() != nil {
			failed()
		}
	}()
	f()
}
