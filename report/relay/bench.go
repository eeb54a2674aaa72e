package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// ErrDown is returned while the stream is not running.
var ErrDown = errors.New("the stream is not running")

// A Bench sends the reports in the ledger of one bench to a hub, and stores the hub's receipts
// there. It listens on no port: it opens all connections itself.
type Bench struct {
	Name        string   // of the bench; "" to take it from the credentials
	Tool        string   // version of backupdoctor
	Dir         string   // for a lock and copies of credentials: reports stored under another name are sent under that name
	Hubs        []string // addresses of the hub's nodes; with none, nothing is sent
	Credentials string   // credentials file from the hub; "" without a hub
	Roots       string   // file of CA certificates for the hub; "" if the credentials contain one
	Ledger      Ledger
	Wake        <-chan struct{} // signals that a report was added; may be nil
	Log         *slog.Logger

	reconnect time.Duration // wait before the first reconnect; 0 means two seconds

	mu    sync.Mutex
	links map[string]*link // by bench name; nil while not running
}

// BenchState is the connection state of a bench, and its backlog.
type BenchState struct {
	Linked     bool        // to a hub
	Refused    string      // why the hub cannot be reached; "" if it can, or if the reason is unknown
	Full       bool        // the hub holds Share reports that it has not stored, and takes no more until it has
	Waiting    int64       // reports that no receipt covers
	SetAside   int64       // reports that the hub set aside because they can never be stored
	Lost       int64       // numbers whose reports neither the bench nor the hub has
	OtherNames []OtherName // waiting reports under other names of the bench
}

// An OtherName describes reports that were numbered under another name of the bench.
type OtherName struct {
	Bench   string
	Waiting int64
	Why     string // why they are not sent; "" if they are
}

// Check returns errors that Run would return: an invalid address, invalid credentials, or
// credentials of another bench.
func (b *Bench) Check() error {
	if len(b.Hubs) == 0 {
		return nil
	}
	_, err := b.settings(b.Credentials)
	return err
}

// Run sends reports until the context ends. It returns an error only if retrying cannot help, as
// with credentials of another bench.
func (b *Bench) Run(ctx context.Context) error {
	if len(b.Hubs) == 0 {
		<-ctx.Done()
		return nil
	}
	return supervise(ctx, b.Log, b.run)
}

func (b *Bench) run(ctx context.Context) error {
	set, err := b.settings(b.Credentials)
	if err != nil {
		return err
	}
	unlock, err := lock(b.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	text, err := os.ReadFile(b.Credentials)
	if err == nil {
		err = wholefile.WriteBytes(b.copyOf(set.wiring.Bench), text)
	}
	if err != nil {
		return fmt.Errorf("keeping a copy of the credentials: %w", err)
	}
	if err := b.Ledger.NameBench(ctx, set.wiring.Bench); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	b.setLinks(map[string]*link{})
	defer b.setLinks(nil)
	for {
		if err := b.startLinks(ctx, set.wiring.Bench, &running); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		case <-b.Wake:
			b.wakeLinks()
		}
	}
}

// copyOf returns where the credentials of a name are kept.
func (b *Bench) copyOf(name string) string { return filepath.Join(b.Dir, name+".creds") }

// startLinks connects under the bench's name, and under each other name with waiting reports.
func (b *Bench) startLinks(ctx context.Context, name string, running *sync.WaitGroup) error {
	ledgers, err := b.Ledger.Ledgers(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]bool{name: true}
	for _, l := range ledgers {
		if unsettled(l) {
			wanted[l.Bench] = true
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for each := range wanted {
		if b.links[each] != nil || each == "" {
			continue
		}
		l, err := b.newLink(each)
		if err != nil {
			b.Log.Warn("reports under another name of this bench are waiting", "bench", each, "error", err)
			l = &link{held: "its credentials could not be used"}
			b.links[each] = l
			continue
		}
		b.links[each] = l
		running.Go(func() {
			l.run(ctx)
			b.mu.Lock()
			defer b.mu.Unlock()
			delete(b.links, each)
		})
	}
	for each, l := range b.links {
		if !wanted[each] && l.stop != nil {
			l.stop()
		}
	}
	return nil
}

// unsettled reports whether the hub must still learn something about a ledger.
func unsettled(l receipt.Ledger) bool {
	return l.Waiting > 0 || l.Withdrawn > 0 || l.Closed || l.Last > l.Received
}

func (b *Bench) wakeLinks() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.links {
		l.wakeUp()
	}
}

func (b *Bench) setLinks(links map[string]*link) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.links = links
}

// State returns the connection state and the backlog.
func (b *Bench) State(ctx context.Context) (BenchState, error) {
	ledgers, err := b.Ledger.Ledgers(ctx)
	if err != nil {
		return BenchState{}, err
	}
	b.mu.Lock()
	links := maps.Clone(b.links)
	b.mu.Unlock()
	var state BenchState
	own := "" // name for new reports
	waiting := map[string]int64{}
	for _, l := range ledgers {
		own = l.Bench
		state.SetAside, state.Lost = state.SetAside+l.SetAside, state.Lost+l.Lost
		n := l.Waiting
		if l.Withdrawn > 0 && l.Withdrawn <= l.Received {
			n += l.Received - l.Withdrawn + 1
		}
		state.Waiting += n
		waiting[l.Bench] += n
	}
	if l := links[own]; l != nil {
		state.Linked, state.Refused = l.state()
		state.Full = state.Linked && waiting[own] > 0 && l.isFull()
	}
	for name, n := range waiting {
		if name == own || n == 0 {
			continue
		}
		other := OtherName{Bench: name, Waiting: n, Why: "they are not sent yet"}
		if l := links[name]; l != nil {
			linked, why := l.state()
			if other.Why = why; linked {
				other.Why = ""
			}
		}
		state.OtherNames = append(state.OtherNames, other)
	}
	return state, nil
}
