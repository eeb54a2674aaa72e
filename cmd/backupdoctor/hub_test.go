package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hub"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"github.com/backupdoctor/backupdoctor/testdata/cluster"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// These tests run hubs in separate processes, so that they can be killed, and access them as
// benches and people do.

// withAHub runs a command of the program with a hub.
func withAHub(command *exec.Cmd) *exec.Cmd {
	command.Env = append(command.Environ(), withHubVariable+"=1")
	return command
}

// eventually waits for a condition, as long as a slow machine may need. Where finding out takes a
// program, most of the time is left to what it waits for.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		began := time.Now()
		if is() {
			return
		}
		time.Sleep(min(time.Second, max(20*time.Millisecond, 4*time.Since(began))))
	}
	t.Fatalf("it never came about that %s", what)
}

// givenAddresses are the results of freeAddress.
var givenAddresses sync.Map

// freeAddress returns an unused address of this computer, and never the same twice. Its port is below
// those that the system gives to outgoing connections, one of which might take it before a hub listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		listener, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		listener.Close()
		if _, given := givenAddresses.LoadOrStore(address, true); !given {
			return address
		}
	}
	t.Fatal("no free address")
	return ""
}

// A written buffer can be read while it is being written.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// An ended is a finished command.
type ended struct {
	stdout, stderr string
	code           int
}

// called runs the program until it exits.
func called(t testing.TB, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := withAHub(exec.CommandContext(ctx, "backupdoctor", args...))
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err, exit)
	}
	return ended{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

// well returns the output of a command that must succeed.
func well(t testing.TB, args ...string) string {
	t.Helper()
	e := called(t, args...)
	if e.code != 0 {
		t.Fatalf("backupdoctor %s: exit code %d\n%s", strings.Join(args, " "), e.code, e.stderr)
	}
	return e.stdout
}

// A hubProcess is a hub that can be killed.
type hubProcess struct {
	command *exec.Cmd
	log     *written
	ended   chan struct{}
}

// launched starts a hub and waits until it is ready.
func launched(t testing.TB, args ...string) *hubProcess {
	t.Helper()
	return launchedBy(t, func(*exec.Cmd) {}, args...)
}

// launchedBy is launched, with a change to the command.
func launchedBy(t testing.TB, change func(*exec.Cmd), args ...string) *hubProcess {
	t.Helper()
	p := &hubProcess{command: withAHub(exec.Command("backupdoctor", append([]string{"hub"}, args...)...)), log: &written{}, ended: make(chan struct{})}
	change(p.command)
	p.command.Stderr = p.log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.command.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("the hub said:\n%s", p.log)
		}
	})
	eventually(t, "the hub is up", func() bool {
		select {
		case <-p.ended:
			t.Fatalf("the hub has stopped: %s", p.log)
		default:
		}
		return strings.Contains(p.log.String(), `"msg":"hub"`)
	})
	return p
}

func (p *hubProcess) kill() {
	p.command.Process.Kill()
	<-p.ended
}

// interrupt stops the hub as Ctrl-C does.
func (p *hubProcess) interrupt(t testing.TB) {
	t.Helper()
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		t.Fatal("the hub does not end")
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after Ctrl-C the hub ended with exit code %d", code)
	}
}

// told returns the value of a field in a line of the hub's log.
func (p *hubProcess) told(t testing.TB, message, field string) string {
	t.Helper()
	for line := range strings.Lines(p.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("the log has a line that is no JSON: %s", line)
		}
		if entry["msg"] == message {
			return fmt.Sprint(entry[field])
		}
	}
	t.Fatalf("the hub did not say %q", message)
	return ""
}

// A testBench is a bench with its history.
type testBench struct {
	*relay.Bench
	history *ledger.Store
	run     string // run in its history
	n       int    // number of devices in it
	wake    chan struct{}
	stop    context.CancelFunc // ends the bench before the test ends
}

// linkedBench runs a bench with credentials until the test ends.
func linkedBench(t testing.TB, creds string, hubs ...string) (*testBench, *written) {
	t.Helper()
	log, dir := &written{}, t.TempDir()
	store, err := ledger.OpenHistory(context.Background(), filepath.Join(dir, "history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	bench := &testBench{history: store, wake: make(chan struct{}, 1)}
	if bench.run, err = envelope.NewID(); err != nil {
		t.Fatal(err)
	}
	if err := store.Begin(context.Background(), ledger.Run{ID: bench.run, Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	bench.Bench = &relay.Bench{
		Tool: "1.2.3", Dir: dir, Hubs: hubs, Credentials: creds, Ledger: store, Wake: bench.wake,
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}
	ctx, cancel := context.WithCancel(context.Background())
	bench.stop = cancel
	stopped := make(chan error, 1)
	go func() { stopped <- bench.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-stopped, store.Close()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the bench said:\n%s", log)
		}
	})
	return bench, log
}

// devicesOfTray returns reports of one device each, as a bench sends them.
func devicesOfTray(t testing.TB) []report.Report {
	t.Helper()
	file, err := os.Open("../../testdata/reports/tray-of-six.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var each []report.Report
	for _, d := range r.Devices {
		one := r
		one.Devices = []report.Device{d}
		each = append(each, one)
	}
	return each
}

// items returns n reports as a bench keeps them, by repeating the tray.
func items(t testing.TB, n int) []receipt.Item {
	t.Helper()
	tray := devicesOfTray(t)
	tray[0].Devices[0].Repair = openRepair(time.Now())
	var list []receipt.Item
	for i := range n {
		packed, cut, err := envelope.Pack(tray[i%len(tray)])
		if err != nil {
			t.Fatal(err)
		}
		id, err := envelope.NewID()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, receipt.Item{ID: id, Cut: cut, Report: packed})
	}
	return list
}

// openRepair returns a repair in which iCloud Backup was switched on at a time.
func openRepair(at time.Time) *report.Repair {
	return &report.Repair{
		ID: "01975d2c-0000-7000-8000-000000000001", StartedAt: at, Causes: []report.RepairCause{{Check: "backup-turned-off"}}, Evidence: []report.RepairEvidence{},
		Events: []report.RepairEvent{{At: at, Kind: "confirmed", Remedy: "turn-backup-on"}},
	}
}

// publish adds reports to the history of a bench, which sends them.
func publish(t testing.TB, bench *testBench, list []receipt.Item) {
	t.Helper()
	for _, item := range list {
		bench.n++
		d := report.Device{UDID: fmt.Sprintf("00008110-%016X", bench.n), TakenAt: time.Now()}
		if err := bench.history.AddAndSend(t.Context(), bench.run, d, item); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case bench.wake <- struct{}{}:
	default:
	}
}

// waiting returns how many reports of a bench have no receipt.
func waiting(t testing.TB, bench *testBench) int64 {
	t.Helper()
	state, err := bench.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state.Waiting
}

// benches returns the output of hub benches by name.
func benches(t testing.TB, args ...string) map[string]report.HubBench {
	t.Helper()
	var list report.BenchList
	if err := json.Unmarshal([]byte(well(t, append([]string{"hub", "benches", "--json"}, args...)...)), &list); err != nil {
		t.Fatal(err)
	}
	byName := map[string]report.HubBench{}
	for _, row := range list.Benches {
		byName[row.Name] = row
	}
	return byName
}

// reportsOf returns how many reports of a bench a hub has.
func reportsOf(t testing.TB, bench string, args ...string) int {
	t.Helper()
	row := benches(t, args...)[bench]
	if row.Received == nil {
		return 0
	}
	return row.Received.Reports
}

// mustHold checks that a database has each published report exactly once.
func mustHold(t testing.TB, address string, published []receipt.Item) {
	t.Helper()
	store, err := ledger.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, item := range published {
		if _, err := store.Report(t.Context(), item.ID); err != nil {
			t.Errorf("report %s: %v", item.ID, err)
		}
	}
	total := 0
	for bench, err := range ledger.All(func(p ledger.Page) (ledger.List[ledger.Bench], error) { return store.Benches(t.Context(), p) }) {
		if err != nil {
			t.Fatal(err)
		}
		total += bench.Reports
	}
	if total != len(published) {
		t.Errorf("the database has %d reports, %d were published", total, len(published))
	}
}

// addBench adds a bench as a user does, and returns its credentials.
func addBench(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	file := strings.TrimSpace(well(t, append([]string{"hub", "add-bench", name, "--data", dir}, args...)...))
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the credentials of %s have mode %o", name, mode)
	}
	return file
}

// TestHubIsKilled kills a hub while reports arrive. Each must be in the database once, and the
// commands that query them must agree.
func TestHubIsKilled(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	creds := addBench(t, dir, "north", "--site", "Hamburg")
	bench, _ := linkedBench(t, creds, "tls://"+listen)
	start := func() *hubProcess {
		return launched(t, "--data", dir, "--listen", listen, "--http", "127.0.0.1:0")
	}
	list := items(t, 96)
	for i := range 3 {
		p := start()
		publish(t, bench, list[i*30:(i+1)*30])
		eventually(t, "some reports have arrived", func() bool { return reportsOf(t, "north", "--data", dir) > i*30 })
		p.kill()
	}
	p := start()
	publish(t, bench, list[90:])
	eventually(t, "nothing waits at the bench", func() bool { return waiting(t, bench) == 0 })
	eventually(t, "all reports have arrived", func() bool { return reportsOf(t, "north", "--data", dir) >= len(list) })
	eventually(t, "the bench is told to be linked", func() bool { return benches(t, "--data", dir)["north"].State == "linked" })
	row := benches(t, "--data", dir)["north"]
	if row.Site != "Hamburg" || row.Received.Tool != devicesOfTray(t)[0].Tool.Version || row.Waiting != 0 || row.Lost != 0 {
		t.Errorf("the bench is told to be %+v, %+v", row, row.Received)
	}

	token := filepath.Join(dir, "token")
	pages := p.told(t, "the pages are served", "address")
	local := well(t, "fleet", "--data", dir, "--json")
	if remote := well(t, "fleet", "--from", pages, "--token-file", token, "--json"); remote != local {
		t.Errorf("the pages tell of devices:\n%s\nthe database:\n%s", remote, local)
	}
	var fleet report.Fleet
	if err := json.Unmarshal([]byte(local), &fleet); err != nil {
		t.Fatal(err)
	}
	devices := fleet.Devices
	if len(devices) != 6 || devices[0].Site != "Hamburg" {
		t.Fatalf("%d devices, the first at %q", len(devices), devices[0].Site)
	}
	story := well(t, "fleet", "device", devices[0].UDID, "--data", dir)
	if n := strings.Count(story, "UTC  north"); n != 16 {
		t.Errorf("its story has %d visits, want 16:\n%s", n, story)
	}
	if remote := well(t, "fleet", "device", devices[0].UDID, "--from", pages, "--token-file", token); remote != story {
		t.Errorf("the pages tell the story\n%s\nthe database\n%s", remote, story)
	}
	tried := well(t, "fleet", "remedies", "--data", dir, "--json")
	if remote := well(t, "fleet", "remedies", "--from", pages, "--token-file", token, "--json"); remote != tried || !strings.Contains(tried, `"remedy":"turn-backup-on","triedCount":0,"backedUpCount":0,"openCount":1`) {
		t.Errorf("the pages tell of remedies\n%s\nthe database\n%s", remote, tried)
	}
	p.interrupt(t)
	mustHold(t, "sqlite:"+filepath.Join(dir, "fleet.db"), list)
	if row := benches(t, "--data", dir)["north"]; row.Received.Reports != len(list) {
		t.Errorf("after the end the bench is told to be %+v", row)
	}
}

// TestBenchIsRevoked checks that a revoked bench can send nothing, and that its name can be
// reused.
func TestBenchIsRevoked(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	launched(t, "--data", dir, "--listen", listen, "--http", "off")
	creds := filepath.Join(t.TempDir(), "north.creds")
	addBench(t, dir, "north", "--out", creds)
	bench, _ := linkedBench(t, creds, "tls://"+listen)
	list := items(t, 8)
	publish(t, bench, list[:3])
	eventually(t, "its reports have arrived", func() bool { return reportsOf(t, "north", "--data", dir) == 3 })

	well(t, "hub", "revoke", "north", "--data", dir)
	eventually(t, "its connection has ended", func() bool {
		state, err := bench.State(t.Context())
		return err == nil && !state.Linked
	})
	publish(t, bench, list[3:5])
	if row := benches(t, "--data", dir)["north"]; row.State != "revoked" || row.Received.Reports != 3 {
		t.Errorf("the bench is told to be %+v", row)
	}
	if e := called(t, "hub", "revoke", "north", "--data", dir); e.code != report.ExitUsage || !strings.Contains(e.stderr, "no bench of that name") {
		t.Errorf("revoked twice: %+v", e)
	}

	again, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	publish(t, again, list[5:])
	eventually(t, "the new one's reports have arrived", func() bool { return reportsOf(t, "north", "--data", dir) == 6 })
	if n := waiting(t, bench); n != 2 {
		t.Errorf("%d reports wait at the bench that was revoked, want 2", n)
	}
}

// TestTwoBenchesOfOneName checks that duplicate names are rejected: when adding a bench, and
// when a bench uses another's credentials.
func TestTwoBenchesOfOneName(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	launched(t, "--data", dir, "--listen", listen, "--http", "off")
	creds := addBench(t, dir, "north")
	if e := called(t, "hub", "add-bench", "north", "--data", dir); e.code != report.ExitUsage || !strings.Contains(e.stderr, "a bench of that name was added before") || e.stdout != "" {
		t.Errorf("added twice: %+v", e)
	}
	first, _ := linkedBench(t, creds, "tls://"+listen)
	eventually(t, "the first is linked", func() bool {
		state, err := first.State(t.Context())
		return err == nil && state.Linked
	})
	second, log := linkedBench(t, creds, "tls://"+listen)
	publish(t, second, items(t, 1))
	eventually(t, "the second is refused", func() bool {
		return strings.Contains(strings.ToLower(log.String()), "maximum account active connections exceeded")
	})
	if n := waiting(t, second); n != 1 {
		t.Errorf("%d reports wait at it, want 1", n)
	}
	if n := reportsOf(t, "north", "--data", dir); n != 0 {
		t.Errorf("the hub has %d reports of it", n)
	}
}

// TestPagesBeyondThisComputer checks that pages served to other computers are encrypted, and
// trusted by the fingerprint that the hub prints.
func TestPagesBeyondThisComputer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "hub")
	p := launched(t, "--data", dir, "--listen", freeAddress(t), "--http", "0.0.0.0:0", "--host", "hub.example.org")
	_, port, err := net.SplitHostPort(strings.TrimPrefix(p.told(t, "the pages are served", "address"), "https://"))
	if err != nil {
		t.Fatal(err)
	}
	address, fingerprint, token := "https://127.0.0.1:"+port, p.told(t, "hub", "fingerprint"), filepath.Join(dir, "token")
	ask := func(args ...string) ended {
		return called(t, append([]string{"fleet", "--json", "--from", address}, args...)...)
	}
	if e := ask("--token-file", token, "--fingerprint", fingerprint); e.code != 0 || !strings.HasSuffix(e.stdout, `"devices":[]}`+"\n") {
		t.Errorf("with all that it takes: %+v", e)
	}
	other := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(other, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"no fingerprint", "failed to verify certificate", []string{"--token-file", token}},
		{"another fingerprint", "another fingerprint", []string{"--token-file", token, "--fingerprint", strings.Repeat("0", 64)}},
		{"another token", "does not accept the token", []string{"--token-file", other, "--fingerprint", fingerprint}},
	} {
		if e := ask(c.args...); e.code != report.ExitUsage || !strings.Contains(e.stderr, c.want) || e.stdout != "" {
			t.Errorf("with %s: %+v", c.name, e)
		}
	}
	if answer, err := http.Get("http://127.0.0.1:" + port + "/healthz"); err == nil {
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			t.Error("the pages are served in plain text")
		}
	}
}

// TestClocksOfBenchesDiffer has three benches: one is three days slow, one is right, and one is
// three days fast. All their reports are kept. Readings from the future do not count; of the
// others the newest does, in whatever order they arrived.
func TestClocksOfBenchesDiffer(t *testing.T) {
	t.Parallel()
	dir, address := t.TempDir(), freeAddress(t)
	launched(t, "--data", dir, "--listen", address, "--http", "off")
	now, one := time.Now().UTC().Truncate(time.Second), devicesOfTray(t)[0]
	udid := one.Devices[0].UDID
	for i, bench := range []struct {
		name  string
		clock time.Duration
	}{{"right", 0}, {"ahead", 72 * time.Hour}, {"behind", -72 * time.Hour}} {
		b, _ := linkedBench(t, addBench(t, dir, bench.name), "tls://"+address)
		one.Devices[0].TakenAt = now.Add(bench.clock)
		packed, cut, err := envelope.Pack(one)
		if err != nil {
			t.Fatal(err)
		}
		id, err := envelope.NewID()
		if err != nil {
			t.Fatal(err)
		}
		publish(t, b, []receipt.Item{{ID: id, Cut: cut, Report: packed}})
		eventually(t, "the hub has stored it", func() bool { return reportsOf(t, bench.name, "--data", dir) == 1 })
		if _, known := benches(t, "--data", dir)[bench.name]; !known {
			t.Errorf("the hub does not list bench %d", i)
		}
	}
	var told report.FleetStory
	if err := json.Unmarshal([]byte(well(t, "fleet", "device", udid, "--data", dir, "--json")), &told); err != nil {
		t.Fatal(err)
	}
	if told.Device.Bench != "right" || !told.Device.TakenAt.Equal(now) || told.Device.Doubtful != "" || len(told.Visits) != 3 {
		t.Errorf("the device stands as %s read it at %s, with %d visits; want the right bench at %s", told.Device.Bench, told.Device.TakenAt, len(told.Visits), now)
	}
	for _, v := range told.Visits {
		if (v.Doubtful != "") != (v.Bench == "ahead") {
			t.Errorf("the visit to bench %s has the doubt %q", v.Bench, v.Doubtful)
		}
	}
}

// TestPagesBehindAProxy checks that users named by the proxy are let in, and clients that send
// the header themselves are not.
func TestPagesBehindAProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  string
		flags []string
		want  int // for clients that send the header
	}{
		{"the proxy", []string{"--proxy-header", "X-Forwarded-User", "--proxy-from", "127.0.0.0/8"}, http.StatusOK},
		{"elsewhere", []string{"--proxy-header", "X-Forwarded-User", "--proxy-from", "192.0.2.7"}, http.StatusUnauthorized},
		{"anywhere, where there is no proxy", nil, http.StatusUnauthorized},
	} {
		dir, listen, address := t.TempDir(), freeAddress(t), freeAddress(t)
		launched(t, slices.Concat([]string{"--data", dir, "--listen", listen, "--http", address}, c.flags)...)
		status := func(header string) int {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
			if err != nil {
				t.Fatal(err)
			}
			if header != "" {
				r.Header.Set(header, "ada")
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			return answer.StatusCode
		}
		if got := status("X-Forwarded-User"); got != c.want {
			t.Errorf("from %s the header is answered with %d, want %d", c.from, got, c.want)
		}
		for _, header := range []string{"", "X-User"} {
			if got := status(header); got != http.StatusUnauthorized {
				t.Errorf("from %s the header %q is answered with %d", c.from, header, got)
			}
		}
	}
}

// TestBenchesAreAddedAtOnce adds benches concurrently: no bench or site is lost, and each name
// is given once.
func TestBenchesAreAddedAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const count = 6
	codes := make([]int, 2*count) // each name twice
	var adding sync.WaitGroup
	for i := range codes {
		adding.Go(func() {
			codes[i] = called(t, "hub", "add-bench", fmt.Sprintf("bench-%d", i/2), "--site", fmt.Sprintf("Site %d", i/2), "--data", dir).code
		})
	}
	adding.Wait()
	added := benches(t, "--data", dir)
	for i := range count {
		if one, other := codes[2*i], codes[2*i+1]; min(one, other) != 0 || max(one, other) != 2 {
			t.Errorf("bench-%d is added with exit codes %d and %d, want 0 and 2", i, one, other)
		}
		if row := added[fmt.Sprintf("bench-%d", i)]; row.Site != fmt.Sprintf("Site %d", i) {
			t.Errorf("bench-%d is %+v", i, row)
		}
	}
}

// TestMetricsOfAHub checks the metrics used by the alerts and the dashboard.
func TestMetricsOfAHub(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	p := launched(t, "--data", dir, "--listen", listen, "--http", "127.0.0.1:0")
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	publish(t, bench, items(t, 6))
	address := p.told(t, "the pages are served", "address")
	token, err := command.Token(filepath.Join(dir, "token"))
	if err != nil {
		t.Fatal(err)
	}
	var text string
	eventually(t, "the metrics tell of the reports", func() bool {
		text = metricsOf(t, address, token)
		return strings.Contains(text, `backupdoctor_fleet_reports_received_total{bench="north"} 6`) &&
			strings.Contains(text, "backupdoctor_hub_up 1") && strings.Contains(text, "backupdoctor_hub_linked_benches 1") && strings.Contains(text, "backupdoctor_hub_waiting_reports 0") &&
			strings.Contains(text, `backupdoctor_hub_bench_linked{bench="north"} 1`)
	})
	for _, want := range []string{
		"backupdoctor_fleet_up 1", "backupdoctor_hub_up 1",
		`backupdoctor_hub_bench_lost_reports_total{bench="north"} 0`, `backupdoctor_hub_bench_waiting_reports{bench="north"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	bench.stop()
	eventually(t, "the metrics tell that the bench is away, and since when", func() bool {
		text = metricsOf(t, address, token)
		return strings.Contains(text, `backupdoctor_hub_bench_linked{bench="north"} 0`) && strings.Contains(text, `backupdoctor_hub_bench_last_linked_timestamp_seconds{bench="north"} 1.`)
	})
	if strings.Contains(p.log.String(), token) {
		t.Error("the token is in the log")
	}
}

func metricsOf(t testing.TB, address, token string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// postgres starts a server for one test. The test is skipped if PostgreSQL is not installed and
// not required.
func postgres(t testing.TB) *cluster.Cluster {
	t.Helper()
	hub.Commands(command.Env{}) // so that this process can open its databases
	c, err := cluster.Start("fsync=off")
	if errors.Is(err, cluster.ErrNotInstalled) && os.Getenv("BACKUPDOCTOR_REQUIRE_POSTGRES") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestPostgresIsKilled checks that reports wait in the hub until the database is back.
// BACKUPDOCTOR_LONG=1 kills it twenty times.
func TestPostgresIsKilled(t *testing.T) {
	skipOneByOne(t)
	t.Parallel()
	c := postgres(t)
	sink, err := c.Create(t.Context(), "fleet")
	if err != nil {
		t.Fatal(err)
	}
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	launched(t, "--data", dir, "--listen", listen, "--http", "off", "--sink", sink)
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	kills := 1
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		kills = 20
	}
	list := items(t, 10*(kills+1))
	publish(t, bench, list[:10])
	stored := func() int { return reportsOf(t, "north", "--data", dir, "--sink", sink) }
	eventually(t, "reports have arrived", func() bool { return stored() == 10 && waiting(t, bench) == 0 })
	for sent := 10; sent < len(list); sent += 10 {
		if err := c.Kill(t.Context()); err != nil {
			t.Fatal(err)
		}
		publish(t, bench, list[sent:sent+10])
		if n := waiting(t, bench); n != 10 {
			t.Errorf("without its database the hub gave receipts: %d of 10 wait", n)
		}
		if err := c.Resume(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "all have arrived", func() bool { return stored() >= sent+10 && waiting(t, bench) == 0 })
	}
	mustHold(t, sink, list)
}

// TestOneOfThreeIsKilled kills one node of a cluster, which keeps working.
func TestOneOfThreeIsKilled(t *testing.T) {
	t.Parallel()
	sink, err := postgres(t).Create(t.Context(), "fleet")
	if err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(t.TempDir(), "a")
	creds := addBench(t, first, "north")
	var hubs, meets []string
	for range 3 {
		hubs, meets = append(hubs, freeAddress(t)), append(meets, freeAddress(t))
	}
	var nodes []*hubProcess
	for i, name := range []string{"a", "b", "c"} {
		dir := first
		if i > 0 {
			dir = filepath.Join(t.TempDir(), name)
			if err := os.CopyFS(filepath.Join(dir, "credentials/node"), os.DirFS(filepath.Join(first, "credentials/node"))); err != nil {
				t.Fatal(err)
			}
		}
		others := slices.Concat(meets[:i], meets[i+1:])
		nodes = append(nodes, launched(t, "--data", dir, "--listen", hubs[i], "--http", "off", "--sink", sink,
			"--cluster", meets[i], "--cluster-name", name, "--routes", strings.Join(others, ",")))
	}
	bench, _ := linkedBench(t, creds, "tls://"+hubs[0], "tls://"+hubs[1], "tls://"+hubs[2])
	list := items(t, 20)
	publish(t, bench, list[:10])
	reports := func() int { return reportsOf(t, "north", "--data", first, "--sink", sink) }
	eventually(t, "reports have arrived", func() bool { return reports() == 10 })
	nodes[1].kill()
	publish(t, bench, list[10:])
	eventually(t, "the others have arrived, too", func() bool { return reports() >= len(list) })
	mustHold(t, sink, list)
}

// TestHubOnAnotherNATS runs a hub as a client of an external NATS.
func TestHubOnAnotherNATS(t *testing.T) {
	t.Parallel()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS is not ready")
	}
	dir := filepath.Join(t.TempDir(), "hub")
	p := launched(t, "--data", dir, "--nats", s.ClientURL(), "--http", "off")
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	list := items(t, 3)
	for _, item := range list {
		sealed, err := envelope.Seal(envelope.Envelope{ID: item.ID, Bench: "north", Tool: "1.2.3", Cut: item.Cut, Report: item.Report})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the NATS has the stream of the hub", func() bool {
			_, err := js.Publish(t.Context(), credentials.WiringOf("north").Reports, sealed)
			return err == nil
		})
	}
	eventually(t, "the reports have arrived", func() bool { return reportsOf(t, "north", "--data", dir) == len(list) })
	if row := benches(t, "--data", dir)["north"]; row.State != "foreign" {
		t.Errorf("the bench is told to be %+v", row)
	}
	p.interrupt(t)
	mustHold(t, "sqlite:"+filepath.Join(dir, "fleet.db"), list)
}

// TestLogOfAHub checks that the log contains no secrets, and only lines of JSON.
func TestLogOfAHub(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	p := launched(t, "--data", dir, "--listen", listen, "--http", "127.0.0.1:0")
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	publish(t, bench, items(t, 1))
	eventually(t, "its report has arrived", func() bool { return reportsOf(t, "north", "--data", dir) == 1 })
	p.interrupt(t)
	for line := range strings.Lines(p.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	// NATS keys begin with S and a letter for their kind, NATS tokens with this header.
	if secret := regexp.MustCompile(`\bS[OAU][A-Z2-7]{56}\b|eyJ0eXAiOiJKV1Qi`).FindString(p.log.String()); secret != "" {
		t.Error("a key is in the log")
	}
	for _, name := range []string{"fleet.db", "token", "status.json"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

// TestAddressIsTaken checks that a second hub on the same address fails at once.
func TestAddressIsTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	taken := listener.Addr().String()
	for _, args := range [][]string{{"--listen", taken, "--http", "off"}, {"--listen", freeAddress(t), "--http", taken}} {
		e := called(t, append([]string{"hub", "--data", filepath.Join(t.TempDir(), "hub")}, args...)...)
		if e.code != report.ExitUsage || !strings.Contains(e.stderr, "address already in use") || !strings.Contains(e.stderr, "hint: choose another address") {
			t.Errorf("hub %v: %+v", args, e)
		}
	}
}
