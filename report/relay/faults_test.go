package relay

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"testing"
)

// A world is a bench, its hub, the connection between them and the store.
type world struct {
	store *shelf
	hub   *Hub
	bench *testBench
	line  *wire
	stops map[string]func() // stops what is running, by place
}

// faults are the possible faults of each place. Each returns a function that ends it.
var faults = map[string]func(t *testing.T, w *world) (mend func()){
	"line cut": func(_ *testing.T, w *world) func() {
		w.line.set(true)
		return func() { w.line.set(false) }
	},
	"reports swallowed":  frayed(func(w *world) *atomic.Bool { return &w.line.toHub }),
	"receipts swallowed": frayed(func(w *world) *atomic.Bool { return &w.line.fromHub }),
	"hub ends": func(t *testing.T, w *world) func() {
		w.stops["hub"]()
		return func() { w.stops["hub"] = running(t, w.hub.Run) }
	},
	"bench ends": func(t *testing.T, w *world) func() {
		w.stops["bench"]()
		return func() { w.stops["bench"] = running(t, w.bench.Run) }
	},
	"stream deleted": func(t *testing.T, w *world) func() {
		eventually(t, "the stream is deleted", func() bool {
			up := w.hub.streams()
			return up != nil && up.js.DeleteStream(t.Context(), reportsStream) == nil
		})
		return func() {}
	},
	"stream deleted while the hub is down": func(t *testing.T, w *world) func() {
		w.stops["hub"]()
		if err := os.RemoveAll(w.hub.Dir); err != nil {
			t.Fatal(err)
		}
		return func() { w.stops["hub"] = running(t, w.hub.Run) }
	},
	"database locked": func(_ *testing.T, w *world) func() {
		w.store.failWith(func(Message) error { return errors.New("the database is locked") })
		return func() { w.store.failWith(nil) }
	},
	"database lost": func(_ *testing.T, w *world) func() {
		w.store.forget()
		return func() {}
	},
	"one row refused for a while": func(_ *testing.T, w *world) func() {
		var failed atomic.Bool
		w.store.failWith(func(m Message) error {
			if m.Number.Sequence%7 == 3 && !failed.Swap(true) {
				return errors.New("deadlock detected")
			}
			return nil
		})
		return func() { w.store.failWith(nil) }
	},
	"receipts withdrawn": func(t *testing.T, w *world) func() {
		if _, err := w.bench.history.Resend(t.Context(), w.bench.began); err != nil {
			t.Fatal(err)
		}
		return func() {}
	},
}

// frayed drops everything in one direction, until the connection is cut and restored.
func frayed(which func(*world) *atomic.Bool) func(*testing.T, *world) func() {
	return func(_ *testing.T, w *world) func() {
		which(w).Store(true)
		return func() {
			w.line.set(true)
			which(w).Store(false)
			w.line.set(false)
		}
	}
}

// moments are how many of the first reports have reached the store when a fault occurs.
var moments = map[string]int{"before the first": 0, "on the way": 15, "when all are there": faultReports}

// faultReports is how many reports are stored before a fault, and again during it.
const faultReports = 80

// TestFaults combines every fault with every moment and a second fault. In the end the bench, the
// store, the receipts and the states shown on both sides must agree. BACKUPDOCTOR_LONG=1 runs the
// whole table, otherwise a sample runs.
func TestFaults(t *testing.T) {
	t.Parallel()
	type fall struct{ first, moment, second string }
	var table []fall
	for _, first := range slices.Sorted(maps.Keys(faults)) {
		for _, moment := range slices.Sorted(maps.Keys(moments)) {
			for _, second := range slices.Sorted(maps.Keys(faults)) {
				if first != second && (faults[first] != nil && faults[second] != nil) && !touchesSamePart(first, second) {
					table = append(table, fall{first, moment, second})
				}
			}
		}
	}
	random := sampling(t)
	random.Shuffle(len(table), func(i, j int) { table[i], table[j] = table[j], table[i] })
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
	case testing.Short():
		table = table[:2]
	default:
		table = table[:4]
	}
	for _, f := range table {
		t.Run(fmt.Sprintf("%s, %s, then %s", f.first, f.moment, f.second), func(t *testing.T) {
			t.Parallel()
			strike(t, f.first, moments[f.moment], f.second)
		})
	}
}

// sampling returns what a test takes its sample by: the same in every usual run, another in each long
// one.
func sampling(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(1)
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		seed = rand.Uint64()
	}
	t.Logf("the seed is %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// touchesSamePart reports whether two faults need the same part to be running.
func touchesSamePart(a, b string) bool {
	needsHub := map[string]bool{"hub ends": true, "stream deleted": true, "stream deleted while the hub is down": true}
	fails := map[string]bool{"database locked": true, "one row refused for a while": true}
	return needsHub[a] && needsHub[b] || fails[a] && fails[b]
}

func strike(t *testing.T, first string, moment int, second string) {
	f := newFleet(t, "north")
	w := &world{store: new(shelf), stops: map[string]func(){}}
	w.hub = f.hub(t, w.store)
	var near string
	w.line, near = newWire(t, w.hub.Listen)
	w.bench = f.bench(t, "north", near)
	w.stops["hub"], w.stops["bench"] = running(t, w.hub.Run), running(t, w.bench.Run)
	var ids []string
	if moment == 0 {
		linked(t, w.bench)
	}
	if moment > 0 {
		ids = publish(t, w.bench, faultReports)
		eventually(t, "the first reports are there", func() bool { return len(w.store.messages()) >= moment })
	}
	mendFirst := faults[first](t, w)
	ids = append(ids, publish(t, w.bench, faultReports)...)
	mendSecond := faults[second](t, w)
	ids = append(ids, publish(t, w.bench, 3)...)
	mendFirst()
	mendSecond()

	w.store.mustHold(t, ids)
	drained(t, w.bench)
	eventually(t, "the hub shows that nothing waits", func() bool {
		state, err := w.hub.State(t.Context())
		return err == nil && state.Waiting == 0
	})
	shown := benchState(t, w.bench)
	if !shown.Linked || shown.SetAside+shown.Lost > 0 || len(shown.OtherNames) > 0 {
		t.Errorf("the bench shows %+v", shown)
	}
	ledgers, err := w.bench.history.Ledgers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ledgers {
		r, err := w.store.Receipt(t.Context(), "north", l.ID)
		if err != nil || r.Through != l.Last || r.Chain != l.Chain || len(r.Missing) > 0 {
			t.Errorf("the bench has %+v, and the receipt is %+v, %v", l, r, err)
		}
	}
}
