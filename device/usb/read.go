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

// The lockdown domains that are read, in this order: what matters most comes first, in
// case the device falls silent. The root values come before them all.
const (
	domainBackup        = "com.apple.mobile.backup"
	domainDisk          = "com.apple.disk_usage"
	domainSetup         = "com.apple.purplebuddy"
	domainSetupToo      = "com.apple.PurpleBuddy" // which of the two spellings answers depends on the version
	domainFindMy        = "com.apple.fmip"
	domainBattery       = "com.apple.mobile.battery"
	domainSync          = "com.apple.mobile.data_sync"
	domainWireless      = "com.apple.mobile.wireless_lockdown"
	domainInternational = "com.apple.international"
)

var laterDomains = []string{
	domainDisk, domainSetup, domainSetupToo, domainFindMy, domainBattery, domainSync, domainWireless, domainInternational,
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
	stranger reply  // the root values that the device tells any computer
	said     string // the UDID as the device spells it; "" until it has told
	speaks   dialect
	ended    error // why it broke off, though the connection did not
	lockdown
}

// examine prepares a visit, makes it, and clears up whatever became of it. It stops the
// panics of what lies below, of which the guards before every decoder should leave none.
func (d Door) examine(ctx context.Context, a Attached, visit func(context.Context, *examination)) device.Snapshot {
	d = d.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	e := d.newExamination(a)
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

func (d Door) newExamination(a Attached) *examination {
	return &examination{
		door:     d.Over(a.Connection),
		attached: a,
		stranger: reply{err: device.NotAsked},
		lockdown: lockdown{&link{}},
		snapshot: device.Snapshot{
			TakenAt: time.Now().UTC(),
			Device:  device.Identity{UDID: a.UDID},
			Labels:  device.Labels{Location: uint64(a.Location)},
			Live:    &device.Live{Connection: a.Connection},
		},
	}
}

// begin opens lockdown, makes sure that the right device answers, starts a session if there
// is a pair record, and reads the root values: before a session, to know the device and its
// version, and again within. trust says why there is no session, if there is none; root is
// then what the device tells any computer.
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
	if e.lockdown, err = e.door.lockdown(ctx, e.attached); err != nil {
		root = reply{err: err}
	} else {
		root = e.values(ctx, "")
	}
	reading.Wait()
	e.stranger = root
	if err := cmp.Or(e.recognize(root), e.broken); err != nil {
		return reply{err: err}, err
	}
	if trust != nil {
		return root, trust
	}
	if err := e.openSession(ctx); err != nil {
		return root, err
	}
	inside := e.values(ctx, "")
	if e.broken != nil {
		return root, e.distrusted(e.broken) // by TLS 1.3 a device refuses a session only with its first answer
	}
	if inside.err == nil {
		if err := e.recognize(inside); err != nil {
			return reply{err: err}, err
		}
		if e.door.InSession != nil {
			e.door.InSession()
		}
	}
	return inside, nil
}

// recognize compares the UDID that the device gives with that which it was listed under. Its
// error is device.OtherDevice: nothing that this device says may be told of the other.
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
		e.stranger = reply{err: device.OtherDevice}
		return e.abandon(device.OtherDevice)
	}
	if e.speaks == unknownTLS {
		var id device.Identity
		identify(&id, root, nil)
		e.speaks = dialectOf(id)
	}
	return nil
}

// openSession starts a session. A device of unknown version that fails at the handshake is
// tried once more, as one of iOS 9 or before.
func (e *examination) openSession(ctx context.Context) error {
	err := e.start(ctx, e.proof, e.speaks)
	if !errors.Is(err, device.HandshakeFailed) {
		return e.distrusted(err)
	}
	again, gone := e.door.lockdown(ctx, e.attached)
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

// distrusted hangs up on a device that refused a session for want of trust, which does not
// count as a failure of the connection.
func (e *examination) distrusted(err error) error {
	if errors.Is(err, device.TrustStale) {
		e.Close()
		e.lockdown = lockdown{&link{}}
	}
	return err
}

// abandon hangs up, and has the examination end for a reason.
func (e *examination) abandon(why error) error {
	e.Close()
	e.lockdown = lockdown{brokenLink(why)}
	return why
}

// greet reads who the device is.
func (e *examination) greet(ctx context.Context) {
	root, trust := e.begin(ctx)
	e.snapshot.Live.Trusted = device.FactOf(true, trust)
	e.identify(root, trust)
}

// identify fills in who the device is. What it does not tell in the session, it may have told
// before.
func (e *examination) identify(root reply, trust error) {
	id := &e.snapshot.Device
	identify(id, root, trust)
	var before device.Identity
	identify(&before, e.stranger, nil)
	id.Name = orElse(id.Name, before.Name)
	id.Class = orElse(id.Class, before.Class)
	id.ProductType = orElse(id.ProductType, before.ProductType)
	id.ProductVersion = orElse(id.ProductVersion, before.ProductVersion)
	id.BuildVersion = orElse(id.BuildVersion, before.BuildVersion)
}

// readAll reads everything that is asked for.
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
		if err := l.secure(ctx, e.proof.identity, e.speaks); err != nil {
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
