package scan

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A collection takes the devices of a run from discovery to the judge.
//
// A cabled device is read as soon as it is announced. Everything after its first reading waits
// until all devices are known, and with them each device's number.
type collection struct {
	visitor
	set       BackupSet
	wanted    []usb.Attached
	snapshots []device.Snapshot
	done      func(number int, s device.Snapshot) // takes a device once it is completely read

	workers   *workers.Workers
	sending   sync.WaitGroup // announced devices being queued for the workers
	finishing sync.WaitGroup // devices that have been read and are being completed
	known     chan struct{}  // closed when all devices are known

	mu      sync.Mutex
	begun   map[string]bool  // devices whose first reading has begun, by UDID
	early   []usb.Attached   // devices whose reading began before all were known
	numbers map[string]int   // device numbers by UDID; nil until all are known
	asked   map[string]asked // devices asked for trust, by UDID
	again   []retry
}

// An asked is a device that was asked to trust this computer.
type asked struct {
	told    device.Identity // what it reveals to any computer
	refusal error           // why it still does not trust this one; nil if it does
}

// A retry is a device worth a second try.
type retry struct {
	number int
	spent  time.Duration // time already spent on the device
}

func (e Examination) collection(run *Run) *collection {
	return &collection{
		visitor: visitor{Examination: e, run: run}, workers: workers.Start(e.Pool),
		known: make(chan struct{}), begun: map[string]bool{}, asked: map[string]asked{},
	}
}

// discover finds the attached devices and starts reading the wanted cabled ones as they are
// announced. If devices are asked for trust, that comes first.
func (c *collection) discover(ctx context.Context, wanted func(usb.Attached) bool) ([]usb.Attached, []device.Gap) {
	const most = 1000 // announcements beyond this wait until all devices are known
	announced := make(chan usb.Attached, most)
	c.sending.Go(func() {
		for a := range announced {
			c.begin(ctx, a)
		}
	})
	defer close(announced)
	found, err := c.Client.Discover(ctx, func(change usb.Change) {
		if a := change.Attached; !change.Gone && a.Connection == device.USB && !c.Pair && wanted(a) {
			select {
			case announced <- a:
			default:
			}
		}
	})
	gaps := found.Gaps()
	if err != nil {
		gaps = append([]device.Gap{device.GapOf(err)}, gaps...)
	}
	return found.Devices, gaps
}

// collect reads the devices, a limited number at a time.
func (c *collection) collect(ctx context.Context, wanted []usb.Attached, missing []string, set BackupSet) {
	c.wanted, c.set = wanted, set
	c.snapshots = make([]device.Snapshot, len(wanted)+len(missing))
	c.number()
	close(c.known)
	if c.Pair {
		c.pair(ctx)
	}
	c.sending.Wait()
	for _, a := range wanted {
		c.begin(ctx, a)
	}
	c.workers.Wait()
	c.finishing.Wait()
	c.retry(ctx)
	for n, udid := range missing {
		i := len(wanted) + n
		c.snapshots[i] = notAttached(udid)
		c.complete(ctx, i, &c.snapshots[i], set)
		c.done(i, c.snapshots[i])
	}
}

// pair asks devices for trust. Each is read as soon as it has answered; devices that need not
// be asked are read at once.
func (c *collection) pair(ctx context.Context) {
	untrusted := c.untrusted(ctx, c.wanted)
	strange := map[string]bool{}
	for _, s := range untrusted {
		strange[s.attached.UDID] = true
	}
	others := slices.DeleteFunc(slices.Clone(c.wanted), func(a usb.Attached) bool { return strange[a.UDID] })
	c.sending.Go(func() {
		for _, a := range others {
			c.begin(ctx, a)
		}
	})
	c.askForTrust(ctx, untrusted, func(s untrustedDevice, refusal error) {
		c.mu.Lock()
		c.asked[s.attached.UDID] = asked{s.told, refusal}
		c.mu.Unlock()
		c.begin(ctx, *s.attached)
	})
}

// explain adds the outcome of the trust request to a snapshot.
func (c *collection) explain(s *device.Snapshot) {
	c.mu.Lock()
	a, ok := c.asked[s.Device.UDID]
	c.mu.Unlock()
	explainDistrust(s, a.refusal)
	if ok && s.Live.Ended.Reason != "" {
		fillFrom(&s.Device, a.told)
	}
}

// number assigns each device its number and reports all of them. The sinks may take a while to
// begin, and early readings go on until they have: c.mu is not held then.
func (c *collection) number() {
	numbers := map[string]int{}
	c.run.Start(len(c.snapshots))
	for i, a := range c.wanted {
		numbers[a.UDID] = i
		c.run.Tell(i, report.DeviceAttached, c.Labels.labelled(a), report.Waiting)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers = numbers
	for _, a := range c.early {
		c.tellReadingLocked(a)
	}
}

func (c *collection) tellReadingLocked(a usb.Attached) {
	if number, ok := c.numbers[a.UDID]; ok {
		c.run.Tell(number, report.DeviceState, c.Labels.labelled(a), report.Reading)
	}
}

// begin queues a device's first reading, once. It waits for a free worker.
func (c *collection) begin(ctx context.Context, a usb.Attached) {
	c.mu.Lock()
	begun := c.begun[a.UDID]
	c.begun[a.UDID] = true
	c.mu.Unlock()
	if !begun {
		c.workers.Send(func() device.Reason { return c.first(ctx, a) })
	}
}

// first reads a device for the first time. Its backups are inspected while the next device is
// read.
func (c *collection) first(ctx context.Context, a usb.Attached) device.Reason {
	c.mu.Lock()
	if c.numbers == nil {
		c.early = append(c.early, a)
	} else {
		c.tellReadingLocked(a)
	}
	c.mu.Unlock()
	began := time.Now()
	client := c.Client
	client.Answered = c.workers.Answered
	s := c.read(ctx, client, a)
	spent := time.Since(began)
	c.finishing.Go(func() { c.finish(ctx, a, s, spent) })
	return s.Live.Ended.Reason
}

// finish takes the result of a first reading. A device that left before all were known is
// dropped.
func (c *collection) finish(ctx context.Context, a usb.Attached, s device.Snapshot, spent time.Duration) {
	<-c.known
	number, ok := c.numbers[a.UDID]
	if !ok {
		return
	}
	c.explain(&s)
	c.complete(ctx, number, &s, c.set)
	c.snapshots[number] = s
	if s.Live.Ended.Reason.Transient() && ctx.Err() == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.again = append(c.again, retry{number, spent})
		return
	}
	c.done(number, s)
}

// retry examines devices again whose failure may be temporary, a few at a time: most failures
// come from an overloaded hub. A device that was replugged has a new number, so the devices are
// listed again. The second try gets what remains of the device's time.
func (c *collection) retry(ctx context.Context) {
	slices.SortFunc(c.again, func(a, b retry) int { return a.number - b.number })
	began := time.Now()
	attached := c.lookAgain(ctx)
	looked := time.Since(began)
	fewer := c.Pool
	fewer.Jobs = max(1, min(c.workers.Used().Most/4, workers.Usual/2))
	workers.Start(fewer).Each(len(c.again), func(n int) device.Reason {
		i := c.again[n].number
		defer func() { c.done(i, c.snapshots[i]) }()
		at := slices.IndexFunc(attached, func(a usb.Attached) bool { return device.SameUDID(a.UDID, c.wanted[i].UDID) })
		if at < 0 || ctx.Err() != nil {
			return ""
		}
		a := attached[at]
		client := c.Client.Over(a.Connection)
		client.Timeout = client.Limit() - c.again[n].spent - looked
		if client.Timeout <= 0 {
			return ""
		}
		c.run.Tell(i, report.DeviceState, c.Labels.labelled(a), report.Retrying)
		s := c.read(ctx, client, a)
		c.explain(&s)
		c.complete(ctx, i, &s, c.set)
		c.snapshots[i] = better(c.snapshots[i], s)
		return s.Live.Ended.Reason
	})
}

// lookAgain lists the attached devices, within the time left to the devices worth a retry. It
// returns nil if none has any time left.
func (c *collection) lookAgain(ctx context.Context) []usb.Attached {
	var left time.Duration
	for _, r := range c.again {
		left = max(left, c.Client.Over(c.wanted[r.number].Connection).Limit()-r.spent)
	}
	if left <= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	found, err := c.Client.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return nil
	}
	return found.Devices
}

// jobsOf returns how many devices were examined at a time.
func jobsOf(w *workers.Workers) device.Jobs {
	used := w.Used()
	return device.Jobs{Most: used.Most, Adaptive: used.Adaptive, FellBack: used.FellBack, HeldBack: used.HeldBack}
}
