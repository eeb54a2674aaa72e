package usb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// A watcher runs Watch until the test ends. It takes the next change only when the test asks for
// it.
type watcher struct {
	changes chan Change
	stop    func() error
}

func watch(t testing.TB, client Client) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{changes: make(chan Change)}
	var ended error
	var running sync.WaitGroup
	running.Go(func() {
		ended = client.Watch(ctx, func(c Change) {
			select {
			case w.changes <- c:
			case <-ctx.Done():
			}
		})
	})
	w.stop = func() error {
		cancel()
		running.Wait()
		return ended
	}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Errorf("watching ended with %v", err)
		}
	})
	return w
}

// next returns the next change. In the notation of these tests, +a is an attached device and -a a
// detached one, followed by the usbmuxd number.
func (w *watcher) next(t testing.TB) Change {
	t.Helper()
	select {
	case c := <-w.changes:
		return c
	case <-time.After(30 * time.Second):
		t.Fatal("nothing is told")
		return Change{}
	}
}

// expect takes changes and compares them with want.
func (w *watcher) expect(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for range want {
		got = append(got, inWords(w.next(t)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("told (-want +got):\n%s", diff)
	}
}

// until takes changes until one matches want. Changes on the network may come first, as may those
// that start with one of others.
func (w *watcher) until(t testing.TB, want string, others ...string) {
	t.Helper()
	for got := inWords(w.next(t)); got != want; got = inWords(w.next(t)) {
		if !slices.ContainsFunc(append(others, "~"), func(sign string) bool { return strings.HasPrefix(got, sign) }) {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

// inWords returns the short notation: the number at the end of a clone's UDID and the usbmuxd
// number; ~ marks a network device and = a paired one.
func inWords(c Change) string {
	switch {
	case c.Lost != nil:
		return "lost: " + c.Lost.Error()
	case c.Back:
		return "back"
	case c.Malformed:
		return "malformed"
	case c.Broken != nil:
		return "broken: " + c.Broken.Error()
	}
	sign, udid := "+", c.Attached.UDID
	switch {
	case c.Gone:
		sign = "-"
	case c.Paired:
		sign = "="
	case c.Attached.Connection == device.Network:
		sign = "~"
	}
	return fmt.Sprintf("%s%s as %d", sign, strings.TrimLeft(udid[max(0, len(udid)-4):], "0"), c.Attached.DeviceID)
}

const hungUp = "lost: usbmuxd cannot be reached any more: it hung up"

// clones returns devices 1, 2, …
func clones(t testing.TB, count int) []*sim.Device {
	t.Helper()
	var all []*sim.Device
	healthy := patient(t, "healthy-iphone")
	for n := range count {
		clone := healthy.Clone(n + 1)
		clone.LocationID = sim.HubLocation(1, n+1)
		all = append(all, clone)
	}
	return all
}

func attach(t testing.TB, tray *sim.Tray, d *sim.Device) {
	t.Helper()
	if err := tray.Attach(d); err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	for name, faults := range map[string][]sim.Fault{
		"plainly":              nil,
		"with ghosts":          {{Kind: sim.Ghosts}},
		"in binary":            {{Kind: sim.BinaryPlist, At: "Listen"}},
		"where the list fails": {{Kind: sim.ListRefused, Count: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := clones(t, 4)
			d[1].Connections = []string{"Network", "USB"}
			d[2].Connections = []string{"Network"}
			tray := newTray(t, d[0], d[1], d[2])
			tray.Faults = faults
			var paired []string // ghosts may pair at any time
			if name == "with ghosts" {
				paired = []string{"="}
			}
			w := watch(t, serve(t, tray))
			first := w.next(t)
			if want := (Attached{d[0].UDID(), 1, d[0].LocationID, device.USB}); first.Attached != want {
				t.Errorf("%v came, want %v", first.Attached, want)
			}
			w.until(t, "+2 as 3", paired...)
			w.until(t, "~3 as 4", paired...)
			attach(t, tray, d[3])
			w.until(t, "+4 as 5", paired...)
			tray.Detach(d[2].UDID())
			w.until(t, "-3 as 4", paired...)
			tray.Detach(d[1].UDID())
			w.until(t, "-2 as 3", paired...)
			attach(t, tray, d[1])
			w.until(t, "+2 as 7", paired...)
		})
	}
}

// A device that is also on Wi-Fi is read by cable while it has one.
func TestWatchCableAndNetwork(t *testing.T) {
	client := newClient(t)
	client.RequestTimeout = time.Second // for the list, which is never answered
	accept := listenAsMux(t, client)
	w := watch(t, client)
	mux := accept()
	over := func(id int, connection string) map[string]any {
		return map[string]any{"MessageType": "Attached", "DeviceID": id, "Properties": map[string]any{
			"SerialNumber": strings.Repeat("0", 39) + "1", "ConnectionType": connection,
		}}
	}
	for _, step := range []struct {
		news map[string]any
		want string
	}{
		{over(1, "Network"), "~1 as 1"},
		{over(2, "USB"), "+1 as 2"},
		{map[string]any{"MessageType": "Paired", "DeviceID": 2}, "=1 as 2"},
		{wentAs(2), "~1 as 1"},
		{over(3, "USB"), "+1 as 3"},
		{wentAs(1), ""},
		{over(4, "Network"), ""},
		{wentAs(3), "~1 as 4"},
		{wentAs(4), "-1 as 4"},
		{map[string]any{"MessageType": "Paired", "DeviceID": 4}, ""},
		{cameAs(5), "+5 as 5"},
		{map[string]any{"MessageType": "Attached", "DeviceID": 6, "Properties": map[string]any{}}, "malformed"},
	} {
		say(t, mux, step.news)
		if step.want != "" {
			w.expect(t, step.want)
		}
	}
}

// A device that returns under a new number without a detach is reported once.
func TestWatchReenumeration(t *testing.T) {
	d := clones(t, 1)[0]
	tray := newTray(t, d)
	w := watch(t, serve(t, tray))
	w.expect(t, "+1 as 1")
	if err := tray.Reenumerate(d.UDID()); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "+1 as 2")
	tray.Detach(d.UDID())
	w.expect(t, "-1 as 2")
}

// After a restart, usbmuxd numbers its devices from 1 again.
func TestWatchOutlivesACrash(t *testing.T) {
	d := clones(t, 3)
	tray, client := newTray(t, d[0], d[1]), newClient(t)
	crash := start(t, tray, client)
	w := watch(t, client)
	w.expect(t, "+1 as 1", "+2 as 2")
	for range 2 {
		crash()
		lost := w.next(t)
		if !errors.Is(lost.Lost, ErrNoMux) || inWords(lost) != hungUp {
			t.Fatalf("told %q, want %q", inWords(lost), hungUp)
		}
		tray.Detach(d[0].UDID())
		attach(t, tray, d[2])
		crash = start(t, tray, client)
		w.expect(t, "back", "+2 as 1", "+3 as 2", "-1 as 1")
		crash()
		w.expect(t, hungUp)
		tray.Detach(d[2].UDID())
		tray.Detach(d[1].UDID())
		attach(t, tray, d[0])
		attach(t, tray, d[1])
		crash = start(t, tray, client)
		w.expect(t, "back", "+1 as 1", "+2 as 2", "-3 as 2")
	}
	crash()
}

// A device that is missing after a restart of usbmuxd is reported as gone even if no other device
// is attached.
func TestWatchOutlivesACrashOfAnEmptyTray(t *testing.T) {
	d := clones(t, 1)[0]
	tray, client := newTray(t, d), newClient(t)
	crash := start(t, tray, client)
	w := watch(t, client)
	w.expect(t, "+1 as 1")
	crash()
	w.expect(t, hungUp)
	tray.Detach(d.UDID())
	defer start(t, tray, client)()
	w.expect(t, "back", "-1 as 1")
}

// If usbmuxd keeps disconnecting, before or after its first message, Watch keeps reconnecting.
// Lost and Back alternate, and in the end everything is reported.
func TestWatchSurvivesHangUps(t *testing.T) {
	for count := range 3 {
		t.Run(strconv.Itoa(count), func(t *testing.T) {
			t.Parallel()
			d := clones(t, 3)
			tray, client := newTray(t, d[0], d[1]), newClient(t)
			crash := start(t, tray, client)
			w := watch(t, client)
			w.expect(t, "+1 as 1", "+2 as 2")
			crash()
			tray.Faults = []sim.Fault{{Kind: sim.HangUp, Count: count}}
			crash = start(t, tray, client)
			lost, present := false, map[string]bool{d[0].UDID(): true, d[1].UDID(): true}
			take := func(c Change) {
				switch {
				case c.Broken != nil:
				case c.Gone:
					t.Errorf("told %q, though no device goes", inWords(c))
				case c.Attached == (Attached{}) && c.Back != lost, c.Attached != (Attached{}) && lost:
					t.Errorf("told %q while lost is %v", inWords(c), lost)
				case c.Attached != (Attached{}):
					present[c.Attached.UDID] = true
				default:
					lost = c.Lost != nil
					clear(present)
				}
			}
			for countListens(tray) < 4 { // one before the crash, three after it
				select {
				case c := <-w.changes:
					take(c)
				case <-time.After(10 * time.Millisecond):
				}
			}
			crash()
			tray.Faults = nil
			attach(t, tray, d[2])
			defer start(t, tray, client)()
			for len(present) < 3 {
				take(w.next(t))
			}
		})
	}
}

// countListens counts the Listen requests the tray received.
func countListens(tray *sim.Tray) (count int) {
	for _, request := range tray.Requests() {
		if request.Name == "Listen" {
			count++
		}
	}
	return count
}

// If an announcement cannot be parsed, the list is used, so that a device that detached is found
// to be gone. Later changes are announced again.
func TestWatchSurvivesNonsense(t *testing.T) {
	for name, test := range map[string]struct {
		fault sim.Fault
		want  string
	}{
		"garbled":  {sim.Fault{Kind: sim.Garbage}, "broken: listening for devices: the reply could not be understood"},
		"empty":    {sim.Fault{Kind: sim.Empty}, "broken: listening for devices: the reply was truncated"},
		"bomb":     {sim.Fault{Kind: sim.PlistBomb}, "broken: listening for devices: the reply was designed to exhaust resources, and was not decoded"},
		"deep":     {sim.Fault{Kind: sim.DeepXML}, "broken: listening for devices: the reply was too long"},
		"too long": {sim.Fault{Kind: sim.Oversized}, "broken: listening for devices: the reply was too long"},
		"cut off":  {sim.Fault{Kind: sim.Truncated}, "broken: listening for devices: the reply was truncated"},
		"reset":    {sim.Fault{Kind: sim.Reset}, hungUp},
		"half":     {sim.Fault{Kind: sim.HalfStall}, "broken: listening for devices: the device did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := clones(t, 2)
			tray := newTray(t, d...)
			test.fault.At = "Detached"
			tray.Faults = []sim.Fault{test.fault}
			client := serve(t, tray)
			client.RequestTimeout = 2 * time.Second
			w := watch(t, client)
			w.expect(t, "+1 as 1", "+2 as 2")
			tray.Detach(d[0].UDID())
			if test.fault.Kind == sim.Reset {
				w.expect(t, test.want, "back", "+2 as 2", "-1 as 1")
			} else {
				w.expect(t, "-1 as 1", test.want)
			}
			attach(t, tray, clones(t, 3)[2])
			w.expect(t, "+3 as 3")
		})
	}
}

// If the announcements fail every time, immediately or later, the list is used: its devices are
// reported, as are later changes. The failure is reported once.
func TestWatchLivesOffTheList(t *testing.T) {
	for name, fault := range map[string]sim.Fault{
		"refused":             {Kind: sim.Numbered, At: "Listen", Count: 1},
		"hung up on":          {Kind: sim.Reset, At: "Listen"},
		"garbled":             {Kind: sim.Garbage, At: "Listen"},
		"no dictionary":       {Kind: sim.NoDict, At: "Listen"},
		"hung up on at once":  {Kind: sim.Reset, At: "Attached"},
		"hung up on later":    {Kind: sim.HangUp, Count: 1},
		"garbled at once":     {Kind: sim.Garbage, At: "Attached"},
		"garbled later":       {Kind: sim.Garbage, At: "Attached", After: 1},
		"no dictionary later": {Kind: sim.NoDict, At: "Attached", After: 1},
		"a bomb later":        {Kind: sim.PlistBomb, At: "Attached", After: 1},
		"cut off later":       {Kind: sim.Truncated, At: "Attached", After: 1},
		"a late refusal":      {Kind: sim.Numbered, At: "Attached", After: 1, Count: 3},
		"a late, odd refusal": {Kind: sim.Numbered, At: "Attached", After: 1, Count: -22},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := clones(t, 3)
			tray := newTray(t, d[0], d[1])
			tray.Faults = []sim.Fault{fault}
			w := watch(t, serve(t, tray))
			broken, exited := 0, 0
			present := map[string]bool{}
			until := func(want ...string) {
				for !maps.Equal(present, inSet(want)) {
					switch c := w.next(t); {
					case c.Broken != nil:
						broken++
					case c.Gone:
						delete(present, strings.Replace(inWords(c), "-", "+", 1))
					case c.Attached.UDID == "" && strings.HasPrefix(name, "hung up"): // at first usbmuxd may have exited
						exited++
					case c.Attached.UDID == "":
						t.Fatalf("told %q", inWords(c))
					default:
						present[inWords(c)] = true
					}
				}
			}
			until("+1 as 1", "+2 as 2")
			attach(t, tray, d[2])
			until("+1 as 1", "+2 as 2", "+3 as 3")
			tray.Detach(d[0].UDID())
			until("+2 as 2", "+3 as 3")
			// A mux that hangs up after each event may have announced every device before that is reported.
			if broken > 1 || broken == 0 && exited == 0 {
				t.Errorf("told %d times that the announcements broke off", broken)
			}
		})
	}
}

func inSet(all []string) map[string]bool {
	set := map[string]bool{}
	for _, one := range all {
		set[one] = true
	}
	return set
}

// A device entry that cannot be parsed affects nothing else, in announcements and in the list.
func TestWatchSurvivesNonsenseOfADevice(t *testing.T) {
	tray := newTray(t, clones(t, 1)...)
	w := watch(t, serve(t, tray))
	w.expect(t, "+1 as 1")
	odd := clones(t, 2)[1]
	odd.MuxProperties = map[string]any{"SerialNumber": ""}
	attach(t, tray, odd)
	w.expect(t, "malformed")
	tray.Detach(odd.UDID())
	attach(t, tray, clones(t, 3)[2])
	w.expect(t, "+3 as 3")
}

// Silence is not an error, however long it lasts.
func TestWatchIsPatient(t *testing.T) {
	d := clones(t, 1)[0]
	tray := newTray(t)
	client := serve(t, tray)
	client.RequestTimeout = 500 * time.Millisecond
	w := watch(t, client)
	select {
	case c := <-w.changes:
		t.Errorf("told %q of an empty tray", inWords(c))
	case <-time.After(4 * client.RequestTimeout):
	}
	attach(t, tray, d)
	w.expect(t, "+1 as 1")
}

// A failure to start is returned at once.
func TestWatchErrors(t *testing.T) {
	tell := func(c Change) { t.Errorf("told %q", inWords(c)) }
	if err := newClient(t).Watch(t.Context(), tell); !errors.Is(err, ErrNoMux) {
		t.Errorf("without usbmuxd: %v, want %v", err, ErrNoMux)
	}
	for kind, want := range map[sim.Kind]error{sim.Garbage: device.Malformed, sim.PlistBomb: device.Hostile, sim.Truncated: device.Truncated} {
		tray := newTray(t)
		tray.Faults = []sim.Fault{{Kind: kind, At: "Listen"}}
		if err := serve(t, tray).Watch(t.Context(), tell); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", kind, err, want)
		}
	}
}

// A flood of announcements is read while the first change is still being reported; after that
// only the final state is reported.
func TestWatchDrainsAFlood(t *testing.T) {
	client := newClient(t)
	accept := listenAsMux(t, client)
	w := watch(t, client)
	mux := accept()
	say(t, mux, cameAs(1))
	first := w.next(t)
	const flood = 5000 // about ten times what the socket buffers hold
	for id := range flood {
		say(t, mux, cameAs(id+2))
		say(t, mux, wentAs(id+2))
	}
	say(t, mux, wentAs(1))
	say(t, mux, cameAs(7))
	// Some changes are still in transit when the test starts taking them.
	present, told := map[string]bool{inWords(first): true}, 1
	for !present["+7 as 7"] || present["+1 as 1"] {
		c := inWords(w.next(t))
		if gone, ok := strings.CutPrefix(c, "-"); ok {
			delete(present, "+"+gone)
		} else {
			present[c] = true
		}
		told++
	}
	if len(present) != 1 || told > flood/2 {
		t.Errorf("%d changes of %d were told, and in the end %v", told, 2*flood, present)
	}
}

// listenAsMux simulates a usbmuxd scripted by the test, for one client that sent Listen.
func listenAsMux(t testing.TB, client Client) (accept func() net.Conn) {
	t.Helper()
	listener, err := sim.Listen(client.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	accept = func() net.Conn {
		mux, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { mux.Close() })
		header, body, err := readMux(mux)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(body, []byte("Listen<")) { // the list is refused
			answer(t, mux, header.Tag, map[string]any{"MessageType": "Result", "Number": 1})
			return accept()
		}
		answer(t, mux, header.Tag, map[string]any{"MessageType": "Result", "Number": 0})
		return mux
	}
	return accept
}

func cameAs(id int) map[string]any {
	return map[string]any{"MessageType": "Attached", "DeviceID": id, "Properties": map[string]any{
		"SerialNumber": fmt.Sprintf("%040d", id), "ConnectionType": "USB", "LocationID": id,
	}}
}

func wentAs(id int) map[string]any { return map[string]any{"MessageType": "Detached", "DeviceID": id} }

// say writes a message in the usbmuxd format.
func say(t testing.TB, mux net.Conn, message map[string]any) {
	t.Helper()
	answer(t, mux, 0, message)
}

// answer writes a message with the tag of a request.
func answer(t testing.TB, mux net.Conn, tag uint32, message map[string]any) {
	t.Helper()
	if err := mux.SetWriteDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := mux.Write(frameOf(t, tag, message)); err != nil {
		t.Fatalf("what usbmuxd says is not read: %v", err)
	}
}

func frameOf(t testing.TB, tag uint32, message map[string]any) []byte {
	t.Helper()
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		t.Fatal(err)
	}
	return muxFrame(tag, body)
}

// For any sequence of changes, a device is reported as gone only if it was reported as attached,
// the last report matches the final state, and nothing accumulates.
func TestNews(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		n := newNews()
		found, told, lost := map[string]Attached{}, map[string]Attached{}, false
		attached := func() attachments {
			all := attachments{}
			for _, a := range found {
				all[a.attachment()] = a
			}
			return all
		}
		tellOne := func() bool {
			c, ok := n.take()
			switch udid := c.Attached.UDID; {
			case ok && udid == "":
				if c.Back != lost {
					t.Fatalf("seed %d: told %q twice", seed, inWords(c))
				}
				lost = !lost
			case !ok:
			case !c.Gone:
				told[udid] = c.Attached
			case told[udid] == (Attached{}):
				t.Fatalf("seed %d: %s is told as gone, and was not told as attached", seed, udid)
			default:
				delete(told, udid)
			}
			return ok
		}
		id := uint32(0)
		for range 300 {
			id++
			a := Attached{UDID: strconv.Itoa(random.IntN(9)), DeviceID: id, Connection: device.USB}
			switch old, there := found[a.UDID]; random.IntN(12) {
			case 0:
				clear(found)
				n.lose(errHungUp)
			case 1:
				n.settle(attached())
			case 2, 3, 4, 5:
				found[a.UDID] = a
				n.add(Change{Attached: a})
			case 6, 7, 8:
				if there {
					delete(found, a.UDID)
					n.add(Change{Attached: old, Gone: true})
				}
			default:
				tellOne()
			}
			if len(n.queue) > 9+2 {
				t.Fatalf("seed %d: %d changes of 9 devices are queued", seed, len(n.queue))
			}
		}
		n.settle(attached())
		for tellOne() {
		}
		if diff := cmp.Diff(found, told); diff != "" || lost {
			t.Fatalf("seed %d: told (-is +told):\n%s", seed, diff)
		}
	}
}

// If usbmuxd keeps crashing, each time with different devices, the state stays bounded.
func TestNewsIsBounded(t *testing.T) {
	n := newNews()
	var err error
	for id := uint32(0); err == nil && id < 10*maxAttached; id++ {
		if id%1000 == 0 {
			n.lose(errHungUp)
		}
		err = n.add(Change{Attached: Attached{UDID: strconv.Itoa(int(id)), DeviceID: id}})
		n.take()
	}
	if err != device.Oversized || len(n.reported)+len(n.queue) > 2*maxAttached+2 {
		t.Errorf("%d reported, %d queued, %v", len(n.reported), len(n.queue), err)
	}
}

// With devices plugged in and out and a crashing usbmuxd, in the end every device is reported as
// attached, under a number that can be connected to.
func TestWatchAShakenTray(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			d := clones(t, 12)
			tray, client := newTray(t), newClient(t)
			tray.Faults = []sim.Fault{{Kind: sim.Ghosts}}
			crash := start(t, tray, client)
			w := watch(t, client)
			random := rand.New(rand.NewPCG(seed, 0))
			var shaking sync.WaitGroup
			shaking.Go(func() {
				if err := tray.Shake(t.Context(), random, 200*time.Millisecond, d...); err != nil {
					t.Error(err)
				}
			})
			present := map[string]Attached{}
			take := func(c Change) {
				_, known := present[c.Attached.UDID]
				switch {
				case c.Attached.UDID == "":
				case !c.Gone:
					present[c.Attached.UDID] = c.Attached
				case !known:
					t.Errorf("%s is gone and was not there", inWords(c))
				default:
					delete(present, c.Attached.UDID)
				}
			}
			for range 10 {
				take(w.next(t))
			}
			crash()
			for c := w.next(t); c.Lost == nil; c = w.next(t) {
				take(c)
			}
			defer start(t, tray, client)()
			shaking.Wait()
			// All attached devices are reported, followed by one more as an end mark.
			mark := patient(t, "healthy-iphone").Clone(9999)
			attach(t, tray, mark)
			for len(present) != len(d)+1 || present[mark.UDID()] == (Attached{}) {
				take(w.next(t))
			}
			for udid, a := range present {
				if got := client.Greet(t.Context(), a); got.Live.Ended.Reason != "" {
					t.Errorf("%s cannot be reached: %v", udid, got.Live.Ended)
				}
			}
		})
	}
}

// Watch leaves nothing behind, whatever it is doing when it is ended.
func TestWatchLeavesNothingBehind(t *testing.T) {
	d := clones(t, 3)
	for name, end := range map[string]func(t *testing.T, tray *sim.Tray, w *watcher, crash func()){
		"while nothing happens": func(t *testing.T, _ *sim.Tray, w *watcher, _ func()) {
			w.expect(t, "+1 as 1", "+2 as 2")
		},
		"while it tells": func(*testing.T, *sim.Tray, *watcher, func()) {},
		"while usbmuxd is gone": func(t *testing.T, _ *sim.Tray, w *watcher, crash func()) {
			w.expect(t, "+1 as 1", "+2 as 2")
			crash()
			w.expect(t, hungUp)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tray, client := newTray(t, d[0], d[1]), newClient(t)
			goroutines, files := runtime.NumGoroutine(), openFiles(t)
			crash := start(t, tray, client)
			w := watch(t, client)
			end(t, tray, w, crash)
			if err := w.stop(); err != nil {
				t.Errorf("ended with %v", err)
			}
			crash()
			settle(t, goroutines, files)
		})
	}
}

// A panic in the callback ends Watch, which leaves nothing behind either.
func TestWatchPanics(t *testing.T) {
	tray := newTray(t, clones(t, 1)...)
	client := newClient(t)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	crash := start(t, tray, client)
	func() {
		defer func() {
			if recover() != "enough" {
				t.Error("the panic is gone")
			}
		}()
		client.Watch(t.Context(), func(Change) { panic("enough") })
	}()
	crash()
	settle(t, goroutines, files)
}

// settle waits until there are no more goroutines and files than before.
func settle(t *testing.T, goroutines, files int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= goroutines && openFiles(t) <= files {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines and %d files were %d and %d before", runtime.NumGoroutine(), openFiles(t), goroutines, files)
}

// Watch sends only Listen and ListDevices, before and after a crash.
func TestWatchOnlyListens(t *testing.T) {
	tray, client := newTray(t, clones(t, 2)...), newClient(t)
	crash := start(t, tray, client)
	w := watch(t, client)
	w.expect(t, "+1 as 1", "+2 as 2")
	crash()
	w.expect(t, hungUp)
	defer start(t, tray, client)()
	w.expect(t, "back", "+1 as 1", "+2 as 2")
	for _, request := range tray.Requests() {
		if request != (sim.Request{Service: "usbmux", Name: "Listen"}) && request != (sim.Request{Service: "usbmux", Name: "ListDevices"}) {
			t.Errorf("asked %v", request)
		}
	}
}

// BenchmarkWatch plugs 1,000 devices in and pulls them out. It reports
//
//	µs/event  from the first announcement to the last report, divided by the number of events
//	x-limit   that, relative to the time to read and decode the same messages from memory
func BenchmarkWatch(b *testing.B) {
	const devices = 1000
	var came, went []byte
	for id := range devices {
		came = append(came, frameOf(b, 0, cameAs(id+1))...)
		went = append(went, frameOf(b, 0, wentAs(id+1))...)
	}
	client := newClient(b)
	accept := listenAsMux(b, client)
	told := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() {
		err := client.Watch(ctx, func(c Change) {
			if c.Attached.DeviceID == devices {
				told <- struct{}{}
			}
		})
		if err != nil {
			b.Error(err)
		}
	})
	defer watching.Wait()
	defer cancel()
	mux := accept()
	var limit time.Duration
	for b.Loop() {
		for _, news := range [][]byte{came, went} {
			if _, err := mux.Write(news); err != nil {
				b.Fatal(err)
			}
			<-told
		}
		b.StopTimer()
		start := time.Now()
		reader := bytes.NewReader(append(slices.Clip(came), went...))
		for reader.Len() > 0 {
			_, body, err := readMux(reader)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := parse(body); err != nil {
				b.Fatal(err)
			}
		}
		limit += time.Since(start)
		b.StartTimer()
	}
	events := time.Duration(b.N * 2 * devices)
	b.ReportMetric(float64(b.Elapsed()/events)/float64(time.Microsecond), "µs/event")
	b.ReportMetric(float64(b.Elapsed())/float64(limit), "x-limit")
	b.ReportMetric(0, "ns/op") // reported as µs/event
}
