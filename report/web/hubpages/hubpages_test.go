package hubpages

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

const token = "a token for the tests"

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// hostile is a name that combines many attacks.
const hostile = "<script>alert(1)</script>\u202e=1+1\x1b[31m\" onload=\"x"

// ward returns a fleet of devices, the first of which has a hostile name.
func ward(t testing.TB) *ledger.Store {
	t.Helper()
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "fleet.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	text, err := os.ReadFile("../../../testdata/reports/tray-of-six.json")
	must(t, err)
	var tray report.Report
	must(t, json.Unmarshal(text, &tray))
	var messages []ledger.Message
	n := 0
	for week := range 3 {
		for i := range 60 {
			n++
			d := tray.Devices[(i+week*(i%5)/3)%len(tray.Devices)]
			d.UDID = fmt.Sprintf("00008110-%016X", i)
			d.TakenAt = now.Add(-time.Duration(21-week*7)*aDay + time.Duration(i)*time.Hour)
			if !d.LastBackup.IsZero() {
				d.LastBackup = d.TakenAt.Add(-time.Duration(i%40) * aDay)
			}
			d.Slot = fmt.Sprint(1 + i%20)
			bench := []string{"oslo-front", "oslo-back", "rome", "lab"}[i%4]
			if i == 0 {
				d.Name, d.Serial, d.ModelName, bench = hostile, hostile, hostile, "b<b>&"
				d.Asset = []report.Field{{Name: hostile, Value: hostile}}
			}
			if week == 2 && i%12 == 5 {
				d.Repair = repairOf(i, d.TakenAt, i > 20)
			}
			r := tray
			r.Devices, r.TakenAt = []report.Device{d}, d.TakenAt
			messages = append(messages, ledger.Message{
				ID: fmt.Sprintf("01936000-0000-7000-8000-%012x", n), Bench: bench, Site: []string{"Oslo", "Oslo", "Rome", "Laboratory"}[i%4],
				Received: d.TakenAt.Add(time.Duration(i) * time.Minute), Report: r,
			})
		}
	}
	_, err = store.Put(t.Context(), messages...)
	must(t, err)
	must(t, store.SetAside(t.Context(), ledger.Reject{Bench: "rome", Reason: string(ledger.TooLong)}))
	return store
}

// repairOf returns a repair in which iCloud Backup was switched on, at a time.
func repairOf(n int, at time.Time, backedUp bool) *report.Repair {
	r := &report.Repair{
		ID: fmt.Sprintf("01975d2c-0000-7000-8000-%012x", n), StartedAt: at, Verdict: string(checks.Failing),
		Causes: []report.RepairCause{{Check: "backup-turned-off"}}, Evidence: []report.RepairEvidence{},
		Events: []report.RepairEvent{{At: at, Kind: "seen", Remedy: string(remedies.TurnBackupOn)}},
	}
	if backedUp {
		r.EndedAt = at.Add(time.Hour)
		r.Events = append(r.Events, report.RepairEvent{At: r.EndedAt, Kind: "backed-up", LastBackup: r.EndedAt})
	}
	return r
}

// served returns the pages of a fleet.
func served(t testing.TB, change func(*Config)) http.Handler {
	t.Helper()
	config := Config{
		Store: ward(t), Guard: web.Guard{Hosts: []string{"hub.example.org"}}, Token: token,
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}
	change(&config)
	handler, err := New(config)
	must(t, err)
	return handler
}

func as(*Config) {}

// get requests a URL, signed in by the token.
func get(handler http.Handler, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://hub.example.org"+address, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return answer(handler, r)
}

func answer(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	hrefs = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	cited = regexp.MustCompile(`<p class="source"><a href="([^"]*)" rel="noreferrer noopener">`)
)

// ourSources returns the addresses cited by remedies.
func ourSources() map[string]bool {
	sources := map[string]bool{}
	for _, r := range remedies.All() {
		for _, source := range r.Sources {
			sources[source.URL] = true
		}
	}
	return sources
}

// TestEveryLinkLeadsSomewhere follows all links from the overview. No page may contain a link
// to another address, except those cited by remedies, a script, an inline style, or untrusted
// text as markup. With -short, as under the race detector, it opens the first ten of each kind of
// page, and those of one device: one goroutine opens one after the other.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	const device = "00008110-0000000000000000"
	ours, ofKind := ourSources(), map[string]int{}
	handler := served(t, as)
	seen, waiting := map[string]bool{"/": true}, []string{"/"}
	for len(waiting) > 0 && len(seen) < 5000 {
		address := waiting[0]
		waiting = waiting[1:]
		got := get(handler, address)
		if got.Code != 200 {
			t.Errorf("%s is answered with %d", address, got.Code)
		}
		page := got.Body.String()
		if !strings.HasPrefix(got.Header().Get("Content-Type"), "text/html") || got.Header().Get("Content-Disposition") != "" {
			continue
		}
		for _, source := range cited.FindAllStringSubmatch(page, -1) {
			if !ours[html.UnescapeString(source[1])] {
				t.Errorf("%s cites %s", address, source[1])
			}
		}
		page = cited.ReplaceAllString(page, "")
		for _, banned := range []string{"<script", "<style", "style=", "onload=\"", "http://", "https://", "\u202e", "\x1b", "b<b>"} {
			if strings.Contains(page, banned) {
				t.Errorf("%s has %q in it", address, banned)
			}
		}
		for _, match := range hrefs.FindAllStringSubmatch(page, -1) {
			next := strings.ReplaceAll(match[1], "&amp;", "&")
			if strings.HasPrefix(next, "#") || seen[next] {
				continue
			}
			if !strings.HasPrefix(next, "/") {
				t.Errorf("%s leads to %q", address, next)
			}
			seen[next] = true
			kind, _, _ := strings.Cut(next, "?")
			if ofKind[kind]++; testing.Short() && ofKind[kind] > 10 && !strings.Contains(next, device) {
				continue
			}
			waiting = append(waiting, next)
		}
	}
	for _, want := range []string{"/benches", "/changes", "/remedies", "/export/remedies/html", "/export/devices/csv", "/export/visits/html?id=" + device, pages().AssetPath("style.css")} {
		if !seen[want] {
			t.Errorf("no page leads to %s", want)
		}
	}
}

func TestPages(t *testing.T) {
	handler := served(t, as)
	cases := []struct {
		address string
		status  int
		want    []string
	}{
		{"/", 200, []string{"60 devices", "Not backed up for 14 days", "iCloud Backup off"}},
		{"/?days=30", 200, []string{"Not backed up for 30 days"}},
		{"/devices", 200, []string{"Oslo", "Next page"}},
		{"/devices?site=Oslo", 200, []string{"Oslo", "selected value=\"Oslo\""}},
		{"/devices?verdict=failing&site=Nowhere", 200, []string{"No device is like that."}},
		{"/devices?find=00008110-0000000000000007", 200, []string{"id=00008110-0000000000000007"}},
		{"/devices?backup=zzz", 400, []string{"backup is “zzz”, and must be known, never, unknown"}},
		{"/devices?days=-1", 400, []string{"days is “-1”, and must be 1 to 3650"}},
		{"/devices?days=14d", 400, []string{"days is “14d”"}},
		{"/devices?verdict=well", 400, []string{"verdict is “well”, and must be failing"}},
		{"/devices?sort=size", 400, []string{"must be worst, newest, longest"}},
		{"/devices?cause=no-such-check", 400, []string{"there is no check “no-such-check”"}},
		{"/changes?change=old", 400, []string{"must be new, still, fixed"}},
		{"/changes?days=0", 400, []string{"days is “0”"}},
		{"/changes?check=no-such-check", 400, []string{"there is no check"}},
		{"/?days=x", 400, []string{"days is “x”"}},
		{"/export/devices/json?backup=zzz", 400, []string{"must be known, never, unknown"}},
		{"/export/devices/json?read=zzz", 400, []string{"read is “zzz”, and must be in-part"}},
		{"/devices?read=in-part", 200, []string{`<option value="in-part" selected>`, "read only in part: "}},
		{"/", 200, []string{`<a href="/devices?read=in-part">10 devices read only in part</a>`}},
		{"/export/devices/csv?days=-1", 400, []string{"must be 1 to 3650"}},
		{"/export/changes/json?days=-1", 400, []string{"must be 1 to 3650"}},
		{"/devices?after=nowhere", 400, []string{"not a place in the list"}},
		{"/device?id=00008110-0000000000000000", 200, []string{"&lt;script&gt;alert(1)&lt;/script&gt;=1&#43;1[31m", "Story"}},
		{"/device?id=nobody", 404, []string{"There is no such device"}},
		{"/changes?change=fixed&days=8", 200, []string{"Changes in the last 8 days", "Read to be well since"}},
		{"/remedies", 200, []string{"last 365 days", "Switch iCloud Backup on", "3 of 5 backed up within 3 days", `href="/devices?cause=backup-turned-off"`}},
		{"/remedies?days=1", 200, []string{"last 1 day<", "No remedy was tried"}},
		{"/remedies?days=0", 400, []string{"days is “0”"}},
		{"/export/remedies/csv?days=30", 200, []string{"backup-turned-off,iCloud Backup off,turn-backup-on,Switch iCloud Backup on,5,3,0"}},
		{"/export/remedies/json?days=x", 400, []string{"days is “x”"}},
		{"/benches", 200, []string{"b&lt;b&gt;&amp;", "too-long"}},
		{"/export/devices/pdf", 404, nil},
		{"/export/everything/csv", 404, nil},
		{"/export/visits/json?id=nobody", 404, []string{"There is no such device"}},
		{"/export/visits/csv?id=nobody", 404, []string{"There is no such device"}},
		{"/report?id=01936000-0000-7000-8000-000000000001", 200, []string{`"schema":2`}},
		{"/report?id=x", 404, nil},
		{"/nothing", 404, nil},
		{"/metrics", 200, []string{
			`backupdoctor_fleet_devices{verdict="failing"} `, `backupdoctor_fleet_cause_devices{check="backup-turned-off",hint="",status="problem"} `, `backupdoctor_fleet_up 1`,
			`backupdoctor_fleet_incomplete_devices 10`,
			`backupdoctor_fleet_reports_received_total{bench="rome"} 45`, `backupdoctor_fleet_reports_refused_total{reason="too-long"} 1`, `backupdoctor_fleet_bench_lag_seconds{bench="rome"} `,
		}},
	}
	for _, c := range cases {
		got := get(handler, c.address)
		if got.Code != c.status {
			t.Errorf("%s is answered with %d, want %d", c.address, got.Code, c.status)
		}
		for _, want := range c.want {
			if !strings.Contains(got.Body.String(), want) {
				t.Errorf("%s: no %q in\n%.3000s", c.address, want, got.Body)
			}
		}
	}
}

func TestExports(t *testing.T) {
	handler := served(t, as)
	rows, err := csv.NewReader(get(handler, "/export/devices/csv?sort=longest").Body).ReadAll()
	must(t, err)
	if len(rows) != 61 || rows[0][0] != "udid" {
		t.Errorf("the CSV has %d rows, and begins with %v", len(rows), rows[0])
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") || strings.ContainsAny(cell, "\u202e\x1b") {
				t.Errorf("a cell is %q", cell)
			}
		}
	}
	for path, kind := range map[string]report.Kind{
		"devices/json": report.KindFleet, "changes/json?days=3650": report.KindFleetChanges, "benches/json": report.KindFleetBenches, "remedies/json?days=30": report.KindRemedies,
		"visits/json?id=" + url.QueryEscape(rows[1][0]): report.KindFleetDevice,
	} {
		if err := schematest.Check(kind, get(handler, "/export/"+path).Body.Bytes()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	var fleet report.Fleet
	must(t, json.Unmarshal(get(handler, "/export/devices/json?verdict=failing").Body.Bytes(), &fleet))
	for _, d := range fleet.Devices {
		if d.Verdict != string(checks.Failing) {
			t.Errorf("a device is %s", d.Verdict)
		}
	}
	var none report.Fleet
	must(t, json.Unmarshal(get(handler, "/export/devices/json?site=Nowhere").Body.Bytes(), &none))
	page := get(handler, "/export/devices/html")
	if text := page.Body.String(); strings.Count(text, "<tr>") != 61 || strings.Contains(text, "<script") {
		t.Errorf("the HTML has %d rows", strings.Count(text, "<tr>"))
	}
	if got := page.Header().Get("Content-Disposition"); got != `attachment; filename="backupdoctor-devices.html"` {
		t.Errorf("it is to be kept as %s", got)
	}
}

func TestPagesNeedASignIn(t *testing.T) {
	handler := served(t, func(c *Config) {
		c.Proxy = web.Proxy{Header: "X-Forwarded-User", From: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	})
	cases := []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"nobody", func(r *http.Request) {}, 401},
		{"a wrong token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401},
		{"an empty token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		{"the token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 200},
		{"a header from elsewhere", func(r *http.Request) { r.Header.Set("X-Forwarded-User", "joe") }, 401},
		{"the proxy", func(r *http.Request) { r.Header.Set("X-Forwarded-User", "joe"); r.RemoteAddr = "10.0.0.7:1" }, 200},
		{"the proxy, for nobody", func(r *http.Request) { r.RemoteAddr = "10.0.0.7:1" }, 401},
		{"the proxy in version 6", func(r *http.Request) { r.Header.Set("X-Forwarded-User", "joe"); r.RemoteAddr = "[::ffff:10.0.0.7]:1" }, 200},
		{"another host", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token); r.Host = "evil.example" }, 421},
	}
	for i, address := range []string{"/", "/devices", "/metrics", "/export/devices/csv", "/report?id=x1", "/nothing"} {
		for _, c := range cases {
			r := httptest.NewRequest("GET", "http://hub.example.org"+address, nil)
			r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", i) // otherwise wrong tokens for other pages would count
			c.change(r)
			got := answer(handler, r).Code
			if got == 404 && c.want == 200 {
				got = 200
			}
			if got != c.want {
				t.Errorf("%s to %s: %d, want %d", address, c.name, got, c.want)
			}
		}
	}
	r := httptest.NewRequest("GET", "http://10.0.0.1/healthz", nil)
	if got := answer(handler, r); got.Code != 200 || got.Body.String() != "ok\n" {
		t.Errorf("/healthz: %d %s", got.Code, got.Body)
	}
}

func TestConfigs(t *testing.T) {
	for _, c := range []Config{{}, {Token: "short"}, {Proxy: web.Proxy{Header: "X-User"}}} {
		c.Log = slog.New(slog.DiscardHandler)
		if _, err := New(c); err == nil {
			t.Errorf("%+v makes pages", c)
		}
	}
}

// TestShow serves the pages of the tests for viewing until it is stopped:
// BACKUPDOCTOR_SHOW_FLEET=127.0.0.1:8080 go test ./report/web/hubpages -run TestShow -timeout 0
func TestShow(t *testing.T) {
	address := os.Getenv("BACKUPDOCTOR_SHOW_FLEET")
	if address == "" {
		t.Skip("BACKUPDOCTOR_SHOW_FLEET is not set to an address to serve the pages at")
	}
	handler := served(t, func(c *Config) {
		c.Guard.Hosts = web.Loopback
		c.Proxy = web.Proxy{Header: "User-Agent", From: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	})
	t.Log(http.ListenAndServe(address, handler))
}

// The page of a device shows the preconditions of each remedy.
func TestPreconditions(t *testing.T) {
	store := ward(t)
	r := report.New(report.Run{Examined: []report.Examined{reporttest.EveryRemedy()}})
	_, err := store.Put(t.Context(), ledger.Message{ID: "01936000-0000-7000-8000-ffffffffffff", Bench: "oslo-front", Received: now, Report: r})
	must(t, err)
	handler := served(t, func(c *Config) { c.Store = store })
	body := get(handler, "/device?id="+r.Devices[0].UDID).Body.String()
	text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
	if wrong := reporttest.CarriesPreconditions(text, true); wrong != "" {
		t.Error(wrong)
	}
}
