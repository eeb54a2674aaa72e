package benchpages

import (
	"cmp"
	"crypto/rand"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
)

// A tile is one device of the run.
type tile struct {
	UDID     string
	Slot     string // its place on the bench; "" if it has none
	Location string // the USB port; "" if nobody knows
	Name     string // what its owner calls it; "" until that is known
	State    string // how far its examination has come; says nothing once Found is there
	Found    *report.Device
	Gone     bool // it was unplugged

	number  int    // in the order in which the devices came
	version uint64 // of the tray, as it changed last
}

// A tray is the devices of a run as they are known by now. Each change makes a new version.
type tray struct {
	epoch string // tells the versions of this tray from those of others

	mu      sync.Mutex
	version uint64
	tiles   map[string]tile // by UDID
	failure string          // why the run ended with an error
	note    string          // see Station.Say
	warning string          // see Station.Warn
	over    bool
	changed chan struct{} // closed with the next change
}

func newTray() *tray {
	return &tray{epoch: rand.Text()[:8], tiles: map[string]tile{}, changed: make(chan struct{})}
}

// A picture is a tray at one moment.
type picture struct {
	id      string // of the version
	version uint64
	here    []tile // by slot
	gone    []tile // the last first
	failure string
	note    string
	warning string
	over    bool
	changed <-chan struct{} // closed as soon as the picture is old
}

func (t *tray) hear(e report.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		if e.Type == report.ExitError { // it comes behind the summary
			t.failure = e.Error
			t.touch()
		}
		return
	}
	switch {
	case e.Type == report.RunSummary:
		t.end()
	case e.Type == report.ExitError:
		t.end()
		t.failure = e.Error
	case e.UDID == "":
		return
	default:
		t.tiles[e.UDID] = t.tiles[e.UDID].after(e, len(t.tiles), t.version+1)
	}
	t.touch()
}

// after is what an event makes of a tile. number is its own if it is new.
func (old tile) after(e report.Event, number int, version uint64) tile {
	next := tile{
		UDID: e.UDID, Slot: e.Slot, Location: e.Location, Name: cmp.Or(e.Name, old.Name),
		State: e.State, Found: e.Device, number: number, version: version,
	}
	if old.UDID != "" {
		next.number = old.number
	}
	if e.Type == report.DeviceDetached {
		next.Gone, next.Found = true, old.Found
	}
	return next
}

func (t *tray) say(note string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.note != note {
		t.note = note
		t.touch()
	}
}

func (t *tray) warn(warning string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.warning = warning
	t.touch()
}

func (t *tray) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.end()
		t.touch()
	}
}

// cutOff is the state of a device whose examination the end of the run has cut off.
const cutOff = "cut off"

// end marks the run as over. The tray is locked.
func (t *tray) end() {
	t.over = true
	for udid, one := range t.tiles {
		if one.Found == nil && !one.Gone {
			one.State, one.version = cutOff, t.version+1
			t.tiles[udid] = one
		}
	}
}

// touch makes a new version. The tray is locked.
func (t *tray) touch() {
	t.version++
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *tray) picture() picture {
	t.mu.Lock()
	p := picture{version: t.version, failure: t.failure, note: t.note, warning: t.warning, over: t.over, changed: t.changed}
	all := slices.Collect(maps.Values(t.tiles))
	t.mu.Unlock()
	p.id = t.epoch + "." + strconv.FormatUint(p.version, 10)
	for _, one := range all {
		if one.Gone {
			p.gone = append(p.gone, one)
		} else {
			p.here = append(p.here, one)
		}
	}
	slices.SortFunc(p.here, bySlot)
	slices.SortFunc(p.gone, func(a, b tile) int { return cmp.Compare(b.version, a.version) })
	return p
}

// bySlot puts devices with a slot before those without, and these in the order of their ports.
func bySlot(a, b tile) int {
	if (a.Slot == "") != (b.Slot == "") {
		return strings.Compare(b.Slot, a.Slot)
	}
	return cmp.Or(labels.Natural(a.Slot, b.Slot), labels.Natural(a.Location, b.Location), cmp.Compare(a.number, b.number))
}

// tile is a device by its UDID.
func (t *tray) tile(udid string) (found tile, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, known = t.tiles[udid]
	return found, known
}

// versionOf reads the id of a picture. It is not known if it is one of another tray.
func (t *tray) versionOf(id string) (version uint64, known bool) {
	number, ours := strings.CutPrefix(id, t.epoch+".")
	version, err := strconv.ParseUint(number, 10, 64)
	return version, ours && err == nil
}

// devices are all that were examined in the run.
func (p picture) devices() []report.Device {
	var found []report.Device
	for _, list := range [][]tile{p.here, p.gone} {
		for _, t := range list {
			if t.Found != nil {
				found = append(found, *t.Found)
			}
		}
	}
	return found
}
