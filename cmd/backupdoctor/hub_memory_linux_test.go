package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"github.com/nats-io/nats.go"
)

// hubMemory is the most memory that a hub may ever use, in bytes.
const hubMemory = 250 << 20

// A madeLedger is the ledger of a bench in memory, with reports that are made as they are sent.
type madeLedger struct {
	id     string
	ids    []string
	chains []string // of each number; the first is that before all
	made   func(n int) []byte

	mu       sync.Mutex
	received int64
}

func newMadeLedger(t *testing.T, n int, made func(n int) []byte) *madeLedger {
	t.Helper()
	l := &madeLedger{id: receipt.NewLedger(), made: made}
	l.chains = []string{receipt.Start(l.id)}
	for i := range n {
		id, err := envelope.NewID()
		if err != nil {
			t.Fatal(err)
		}
		l.ids, l.chains = append(l.ids, id), append(l.chains, receipt.Next(l.chains[i], id))
	}
	return l
}

func (l *madeLedger) Ledgers(context.Context) ([]receipt.Ledger, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := int64(len(l.ids))
	return []receipt.Ledger{{ID: l.id, Bench: "", Last: last, Waiting: last - l.received, Received: l.received, Chain: l.chains[l.received]}}, nil
}

func (l *madeLedger) Outgoing(_ context.Context, _ string, after int64, limit int) (items []receipt.Item, err error) {
	for n := after; n < int64(len(l.ids)) && len(items) < limit; n++ {
		items = append(items, receipt.Item{Number: receipt.Number{Ledger: l.id, Sequence: n + 1, Chain: l.chains[n+1]}, ID: l.ids[n], Report: l.made(int(n))})
	}
	return items, nil
}

func (l *madeLedger) Receive(_ context.Context, r receipt.Receipt) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received = r.Through
	return nil
}

func (l *madeLedger) ChainBefore(_ context.Context, _ string, sequence int64) (string, error) {
	return l.chains[sequence-1], nil
}

func (l *madeLedger) Gone(context.Context, string, receipt.Range) ([]receipt.Lost, error) {
	return nil, nil
}

func (l *madeLedger) Told(context.Context, string, int64) error { return nil }

func (l *madeLedger) NameBench(context.Context, string) error { return nil }

func (l *madeLedger) Replace(context.Context, string) error { return nil }

// named is a made ledger under the name of its bench.
type named struct {
	*madeLedger
	bench string
}

func (l named) Ledgers(ctx context.Context) ([]receipt.Ledger, error) {
	list, err := l.madeLedger.Ledgers(ctx)
	list[0].Bench = l.bench
	return list, err
}

// TestMemoryOfAHub sends reports of many devices while a bench floods the hub with long message IDs,
// another invents checks, and people read the pages: 20,000 reports of 4,000 devices, and 100
// readers, each of whom opens the page again five seconds after it was read; eight of them export the
// list of all devices. It runs with BACKUPDOCTOR_LONG=1 only. On a computer too slow for that in ten
// minutes it is skipped, unless the hub has used too much memory until then.
func TestMemoryOfAHub(t *testing.T) {
	if os.Getenv("BACKUPDOCTOR_LONG") == "" {
		t.Skip("it takes minutes")
	}
	const senders, each, devicesOfEach, readers = 20, 1000, 200, 100
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	var creds []string
	for i := range senders + 1 {
		creds = append(creds, addBench(t, dir, fmt.Sprintf("bench-%02d", i)))
	}
	p := launched(t, "--data", dir, "--listen", listen, "--http", "127.0.0.1:0")
	address := p.told(t, "the pages are served", "address")
	token, err := command.Token(filepath.Join(dir, "token"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hub works", func() bool { code, _ := healthOf(t, address); return code == http.StatusOK })

	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { floodIDs(ctx, t, creds[senders], fmt.Sprintf("bench-%02d", senders), listen) })
	var read atomic.Int64
	for i := range readers {
		path := []string{"/", "/devices", "/changes", "/metrics"}[i%4]
		if i < 8 {
			path = []string{"/export/devices/json", "/export/devices/csv"}[i%2]
		}
		running.Go(func() {
			for ctx.Err() == nil {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", "Bearer "+token)
				answer, err := http.DefaultClient.Do(request)
				if err != nil {
					continue // the test has ended, or the hub is busy
				}
				if _, err := io.Copy(io.Discard, answer.Body); err == nil && answer.StatusCode == http.StatusOK {
					read.Add(1)
				}
				answer.Body.Close()
				select {
				case <-time.After(5 * time.Second): // a person reads the page
				case <-ctx.Done():
				}
			}
		})
	}

	tray := devicesOfTray(t)
	var ledgers []*madeLedger
	for i := range senders {
		l := newMadeLedger(t, each, func(n int) []byte {
			r := tray[n%len(tray)]
			d := r.Devices[0]
			d.UDID, d.TakenAt = fmt.Sprintf("00008110-%08X%08X", i, n%devicesOfEach), time.Now()
			if i == 0 { // unknown checks, new ones in each report
				for c := range 100 {
					d.Findings = append(d.Findings, report.Finding{Check: fmt.Sprintf("made-up-%d-%d", n, c), Status: "problem"})
				}
			}
			r.Devices = []report.Device{d}
			packed, _, err := envelope.Pack(r)
			if err != nil {
				t.Error(err)
			}
			return packed
		})
		ledgers = append(ledgers, l)
		bench := relay.Bench{
			Tool: "1.2.3", Dir: t.TempDir(), Hubs: []string{"tls://" + listen}, Credentials: creds[i],
			Ledger: named{l, fmt.Sprintf("bench-%02d", i)}, Log: slog.New(slog.DiscardHandler),
		}
		running.Go(func() {
			if err := bench.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	const silence, patience = 5 * time.Minute, 10 * time.Minute
	began := time.Now()
	waiting, changed := int64(0), time.Now()
	for {
		now := int64(0)
		for _, l := range ledgers {
			list, _ := l.Ledgers(ctx)
			now += list[0].Waiting
		}
		if now != waiting {
			waiting, changed = now, time.Now()
		}
		if now == 0 || time.Since(began) > patience {
			break
		}
		if time.Since(changed) > silence {
			t.Fatalf("%d reports wait, and none has arrived for %v", waiting, silence)
		}
		time.Sleep(100 * time.Millisecond)
	}
	most := highestMemory(t, p.command.Process.Pid)
	t.Logf("over %d reports and %d pages read by %d readers the hub used at most %d MB", senders*each-waiting, read.Load(), readers, most>>20)
	if most > hubMemory {
		t.Errorf("the hub used %d MB", most>>20)
	}
	if waiting > 0 {
		t.Skipf("%d of %d reports did not arrive within %v", waiting, senders*each, patience)
	}
}

// floodIDs sends messages with IDs of 60 kB until the context ends.
func floodIDs(ctx context.Context, t *testing.T, creds, bench, listen string) {
	identity, err := credentials.ReadIdentity(creds)
	if err != nil {
		t.Error(err)
		return
	}
	secure, err := identity.TLS("")
	if err != nil {
		t.Error(err)
		return
	}
	w := credentials.WiringOf(bench)
	conn, err := nats.Connect("tls://"+listen, nats.UserCredentials(creds), nats.CustomInboxPrefix(w.Inbox), nats.Secure(secure), nats.TLSHandshakeFirst(),
		nats.Timeout(time.Minute), nats.MaxReconnects(-1), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("%060000d", n)
		if conn.PublishMsg(&nats.Msg{Subject: w.Reports, Header: nats.Header{nats.MsgIdHdr: {id}}, Data: []byte("{}")}) != nil || n%16 == 15 && conn.Flush() != nil {
			continue
		}
	}
}

// highestMemory returns the most memory that a process ever used, in bytes.
func highestMemory(t *testing.T, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("no VmHWM in %s", text)
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
