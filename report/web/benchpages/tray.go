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
	Slot     string // slot on the bench; "" if it has none
	Location string // USB port; "" if unknown
	Name     string // owner's name for it; "" until known
	State    string // progress of the examination; ignored once Found is set
	Found    *report.Device
	Use      string // which command is using it; "" for none, see Pages.Use
	Gone     bool   // unplugged

	number  int                    // order of arrival
	version uint64                 // version of the tray at the last change
	html    func() (string, error) // the tile as HTML, rendered once for all browsers
}

// A tray is the current state of the devices of a run. Each change makes a new version.
type tray struct {
	epoch string // distinguishes versions of this tray from those of others

	mu      sync.Mutex
	version uint64
	tiles   map[string]tile // by UDID
	dropped uint64          // version at which tiles were last dropped
	failure string          // the error that ended the run
	note    string          // see Pages.Say
	warning string          // see Pages.Warn
	over    bool
	arrived int           // numbers the events of devices, so that devices are in order of arrival
	changed chan struct{} // closed on the next change
}

func newTray() *tray {
	return &tray{epoch: rand.Text()[:8], tiles: map[string]tile{}, changed: make(chan struct{})}
}

// A picture is a snapshot of a tray.
type picture struct {
	id      string // id of the version
	version uint64
	dropped uint64 // version at which tiles were last dropped: older pictures may show them
	here    []tile // by slot
	gone    []tile // most recent first
	failure string
	note    string
	warning string
	over    bool
	changed <-chan struct{} // closed when the picture is out of date
}

func (t *tray) hear(e report.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		if e.Type == report.ExitError { // it comes after the summary
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
		t.put(t.tiles[e.UDID].after(e, t.arrived))
		t.arrived++
		t.dropOldest()
	}
	t.touch()
}

// A run of months sees any number of devices. Beyond maxGone unplugged ones, the tray keeps the
// keptGone most recent: their pages end, and the history has their visits.
const (
	maxGone  = 250
	keptGone = 200
)

// dropOldest drops the devices unplugged longest ago, if there are too many. The caller must hold
// the lock.
func (t *tray) dropOldest() {
	if len(t.tiles) <= maxGone {
		return
	}
	var gone []tile
	for _, one := range t.tiles {
		if one.Gone {
			gone = append(gone, one)
		}
	}
	if len(gone) <= maxGone {
		return
	}
	slices.SortFunc(gone, func(a, b tile) int { return cmp.Compare(b.version, a.version) })
	for _, one := range gone[keptGone:] {
		delete(t.tiles, one.UDID)
	}
	t.dropped = t.version + 1
}

// after returns the tile after an event. number is used if the tile is new.
func (old tile) after(e report.Event, number int) tile {
	next := tile{
		UDID: e.UDID, Slot: e.Slot, Location: e.Location, Name: cmp.Or(e.Name, old.Name),
		State: e.State, Found: e.Device, Use: old.Use, number: number,
	}
	if old.UDID != "" {
		next.number = old.number
	}
	if e.Type == report.DeviceDetached {
		next.Gone, next.Found, next.Use = true, old.Found, ""
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

// use asks by about each device on the tray. by may read files, so the lock is not held meanwhile.
func (t *tray) use(by func(udid string) string) {
	for _, one := range t.picture().here {
		use := by(one.UDID)
		t.mu.Lock()
		if now := t.tiles[one.UDID]; now.UDID != "" && !now.Gone && !t.over && now.Use != use {
			now.Use = use
			t.put(now)
			t.touch()
		}
		t.mu.Unlock()
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

// interrupted is the state of a device whose examination did not finish before the run ended.
const interrupted = "interrupted"

// end marks the run as over. The caller must hold the lock.
func (t *tray) end() {
	t.over = true
	for _, one := range t.tiles {
		cut := one.Found == nil && !one.Gone
		if cut {
			one.State = interrupted
		}
		if cut || one.Use != "" {
			one.Use = ""
			t.put(one)
		}
	}
}

// put stores a changed tile, which belongs to the next version. The caller must hold the lock.
func (t *tray) put(one tile) {
	one.version = t.version + 1
	one.html = sync.OnceValues(func() (string, error) { return site().Render("tile", newTileView(one)) })
	t.tiles[one.UDID] = one
}

// touch makes a new version. The caller must hold the lock.
func (t *tray) touch() {
	t.version++
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *tray) picture() picture {
	t.mu.Lock()
	p := picture{version: t.version, dropped: t.dropped, failure: t.failure, note: t.note, warning: t.warning, over: t.over, changed: t.changed}
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

// bySlot sorts devices with a slot before those without, which it sorts by port.
func bySlot(a, b tile) int {
	if (a.Slot == "") != (b.Slot == "") {
		return strings.Compare(b.Slot, a.Slot)
	}
	return cmp.Or(labels.Natural(a.Slot, b.Slot), labels.Natural(a.Location, b.Location), cmp.Compare(a.number, b.number))
}

// tile returns a device by UDID.
func (t *tray) tile(udid string) (found tile, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, known = t.tiles[udid]
	return found, known
}

// versionOf parses the id of a picture. known is false if it belongs to another tray.
func (t *tray) versionOf(id string) (version uint64, known bool) {
	number, ours := strings.CutPrefix(id, t.epoch+".")
	version, err := strconv.ParseUint(number, 10, 64)
	return version, ours && err == nil
}

// devices returns all devices examined in the run.
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
