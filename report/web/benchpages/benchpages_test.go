package benchpages

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// ask returns the response of the pages to a request.
func ask(s *Pages, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func get(path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host + ":8011"
	return r
}

func TestRoutes(t *testing.T) {
	s := newPages(t)
	d := patient(t, "backup-turned-off")
	d.UDID, d.Slot, d.Name = "odd/../id?", "A3", `<b onload="x">`
	done(s, d)
	hear(s, report.DeviceState, "other", "A2", "", report.Verifying)
	for _, c := range []struct {
		path  string
		code  int
		kind  string
		shows []string
	}{
		{"/", 200, "text/html", []string{"A3", "Failing", "iCloud Backup off", `href="/device/odd%2F..%2Fid%3F"`, "&lt;b onload", "Verifying", "1 under way", `http-equiv="refresh"`}},
		{"/device/odd%2F..%2Fid%3F", 200, "text/html", []string{"The device says that iCloud Backup is off.", "Switch iCloud Backup on", "Evidence", "&lt;b onload"}},
		{"/device/other", 200, "text/html", []string{"Verifying"}},
		{"/device/nobody", 404, "text/html", []string{"No such device"}},
		{site().AssetPath("style.css"), 200, "text/css", []string{"@media print"}},
		{site().AssetPath("bench.js"), 200, "text/javascript", []string{"EventSource"}},
		{site().AssetPath("icon.svg"), 200, "image/svg+xml", []string{"<svg"}},
		{"/assets/..%2Ftemplates%2Ftray.html", 404, "text/plain", nil},
		{"/signin", 404, "text/plain", nil},
		{"/device/", 404, "text/plain", nil},
		{"/nowhere", 404, "text/plain", nil},
	} {
		got := ask(s, get(c.path))
		body := got.Body.String()
		if got.Code != c.code || !strings.HasPrefix(got.Header().Get("Content-Type"), c.kind) {
			t.Errorf("%s is answered with %d, %s", c.path, got.Code, got.Header().Get("Content-Type"))
		}
		for _, text := range c.shows {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not show %s", c.path, text)
			}
		}
		if strings.Contains(body, "<b onload") || strings.Contains(body, " style=") || strings.Contains(body, "<script>") {
			t.Errorf("%s has what a browser must not obey", c.path)
		}
		if cached := strings.HasPrefix(c.path, "/assets/") && c.code == 200; cached == (got.Header().Get("Cache-Control") == "no-store") || !strings.Contains(got.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s is not guarded: %v", c.path, got.Header())
		}
	}
}

// A device with something to do shows the command that leads through its repair, which acts at the
// terminal only.
func TestTreatCommand(t *testing.T) {
	const command = "backupdoctor treat --udid "
	for name, c := range map[string]struct {
		patient, udid string
		gone          bool
		want          string
	}{
		"failing":         {"backup-turned-off", "00008110-000514AE0C22801E", false, command + "00008110-000514AE0C22801E"},
		"backed up":       {"fresh", "00008110-000514AE0C22801E", false, ""},
		"unplugged":       {"backup-turned-off", "00008110-000514AE0C22801E", true, ""},
		"for a shell":     {"backup-turned-off", "0000;reboot", false, ""},
		"as another flag": {"backup-turned-off", "--all", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPages(t)
			d := patient(t, c.patient)
			d.UDID = c.udid
			done(s, d)
			if c.gone {
				hear(s, report.DeviceDetached, d.UDID, d.Slot, d.Name, "")
			}
			for _, path := range []string{"/", pageOf(d.UDID)} {
				page := ask(s, get(path)).Body.String()
				if strings.Contains(page, command) != (c.want != "") || !strings.Contains(page, c.want) {
					t.Errorf("%s has no %q", path, c.want)
				}
			}
		})
	}
}

// The tile and the page of a device show which command is using it, as long as it is on the tray and
// the run goes on. A new version comes of a change only.
func TestUse(t *testing.T) {
	s := newPages(t)
	d, other := patient(t, "backup-turned-off"), patient(t, "fresh")
	d.UDID, other.UDID = "used", "other"
	done(s, d)
	done(s, other)
	const use = `In use by "backupdoctor backup" since <now>.`
	shown := func(path string) bool {
		return strings.Contains(ask(s, get(path)).Body.String(), html.EscapeString(use))
	}
	uses := func(text string) {
		s.Use(func(udid string) string {
			if udid == d.UDID {
				return text
			}
			return ""
		})
	}
	uses("")
	none := s.tray.picture().id
	uses(use)
	first := s.tray.picture().id
	uses(use)
	if again := s.tray.picture().id; none == first || first != again {
		t.Errorf("versions %s, %s, %s", none, first, again)
	}
	if !shown("/") || !shown(pageOf(d.UDID)) || shown(pageOf(other.UDID)) {
		t.Error("it is not shown on the tray and the device's page alone")
	}
	if says := sayingOf(s.tray.tiles[d.UDID]); !strings.Contains(says, use) {
		t.Errorf("it says %q", says)
	}
	hear(s, report.DeviceState, d.UDID, d.Slot, d.Name, report.Reading)
	if !shown("/") {
		t.Error("it is not shown while the device is examined again")
	}
	hear(s, report.DeviceDetached, d.UDID, d.Slot, d.Name, "")
	uses(use)
	if shown("/") || shown(pageOf(d.UDID)) {
		t.Error("it is shown of a device that was unplugged")
	}
	done(s, d)
	uses(use)
	s.Close()
	uses(use)
	if shown("/") {
		t.Error("it is shown after the end of the run")
	}
}

func TestRefusals(t *testing.T) {
	with := func(r *http.Request, headers ...string) *http.Request {
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	named := func(name string) *http.Request {
		r := get("/")
		r.Host = name
		return r
	}
	method := func(method, path string) *http.Request {
		r := httptest.NewRequest(method, path, nil)
		r.Host = host
		return r
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"the page itself":                 {get("/"), 200},
		"its head":                        {method(http.MethodHead, "/"), 200},
		"another name for this address":   {named("evil.example:8011"), 421},
		"a name that begins with ours":    {named(host + ".evil.example"), 421},
		"no name":                         {named(""), 421},
		"a post":                          {method(http.MethodPost, "/"), 405},
		"a post to a device":              {method(http.MethodPost, "/device/x"), 405},
		"a put":                           {method(http.MethodPut, "/"), 405},
		"a delete":                        {method(http.MethodDelete, "/device/x"), 405},
		"a post without a token":          {method(http.MethodPost, "/signin"), 405},
		"a post of another site":          {with(method(http.MethodPost, "/signin"), "Sec-Fetch-Site", "cross-site"), 403},
		"a link of another site":          {with(get("/"), "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"), 200},
		"a script of another site":        {with(get("/events"), "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"), 403},
		"an image of another site":        {with(get(site().AssetPath("icon.svg")), "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"), 403},
		"a page on another port":          {with(get("/events"), "Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"), 403},
		"an old browser on another site":  {with(get("/"), "Origin", "https://evil.example"), 403},
		"an old browser on our own pages": {with(get("/"), "Origin", "http://"+host+":8011"), 200},
	} {
		if got := ask(newPages(t), c.r).Code; got != c.want {
			t.Errorf("%s is answered with %d, want %d", name, got, c.want)
		}
	}
}

const token = "a token of 24 characters"

func TestToken(t *testing.T) {
	s := open(t, Config{Hosts: []string{host}, Secure: true, Token: token})
	done(s, patient(t, "fresh"))
	page := get("/")
	page.Header.Set("Accept", "text/html")
	if got := ask(s, page); got.Code != 303 || got.Header().Get("Location") != "/signin?next=%2F" {
		t.Errorf("without the token the page is answered with %d, %v", got.Code, got.Header())
	}
	for path, want := range map[string]int{"/": 401, "/device/x": 401, "/events": 401, "/signin": 200, "/signin?token=wrong": 403, site().AssetPath("style.css"): 200} {
		got := ask(s, get(path))
		if got.Code != want || strings.Contains(got.Body.String(), "Ada") {
			t.Errorf("without the token %s is answered with %d, want %d", path, got.Code, want)
		}
	}
	// The URL that the bench prints signs in, but only for this run.
	entered := ask(s, get("/signin?token="+url.QueryEscape(token)))
	cookies := entered.Result().Cookies()
	if entered.Code != 303 || len(cookies) != 1 || entered.Header().Get("Location") != "/" {
		t.Fatalf("the token in the address is answered with %d", entered.Code)
	}
	page = get("/")
	page.AddCookie(cookies[0])
	if got := ask(s, page); got.Code != 200 || !strings.Contains(got.Body.String(), "Ada") || !strings.Contains(got.Body.String(), "Sign out") {
		t.Errorf("with the cookie the page is answered with %d", got.Code)
	}
	if got := ask(open(t, Config{Hosts: []string{host}, Secure: true, Token: token}), page).Code; got != 401 {
		t.Errorf("the cookie of another run is answered with %d", got)
	}
	if _, err := New(Config{Token: "short"}); err == nil {
		t.Error("a token that can be guessed makes pages")
	}
}

func TestHistory(t *testing.T) {
	d := patient(t, "fresh")
	for name, c := range map[string]struct {
		visits      []report.Visit
		err         error
		want, never string
	}{
		"some":  {visits: []report.Visit{{TakenAt: noon, Verdict: "failing", Causes: []report.PastCause{{Check: "backup-turned-off", Status: "problem"}}, LastBackup: noon.Add(-72 * time.Hour)}}, want: "iCloud Backup off", never: "No earlier visit"},
		"none":  {want: "No earlier visit is known."},
		"error": {err: errors.New("disk secret"), want: "could not be read", never: "secret"},
	} {
		s := open(t, Config{Hosts: []string{host}, History: func(_ context.Context, udid string) ([]report.Visit, error) {
			if udid != d.UDID {
				t.Errorf("%s: asked for %q", name, udid)
			}
			return c.visits, c.err
		}})
		done(s, d)
		body := ask(s, get(pageOf(d.UDID))).Body.String()
		if !strings.Contains(body, "Earlier visits") || !strings.Contains(body, c.want) || c.never != "" && strings.Contains(body, c.never) {
			t.Errorf("%s: the history is not shown as it should be", name)
		}
	}
	s := newPages(t)
	done(s, d)
	if strings.Contains(ask(s, get(pageOf(d.UDID))).Body.String(), "Earlier visits") {
		t.Error("a history is shown that nobody keeps")
	}
}

// A listener is a browser that receives changes.
type listener struct {
	lines *bufio.Scanner
	body  io.Closer
	id    string
}

func listen(t *testing.T, address, after string) *listener {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", after)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("the events are answered with %d, %s", answer.StatusCode, kind)
	}
	l := &listener{lines: bufio.NewScanner(answer.Body), body: answer.Body}
	l.lines.Buffer(nil, 16<<20)
	t.Cleanup(func() { answer.Body.Close() })
	return l
}

// next returns the next change, or false at the end of the stream.
func (l *listener) next(t *testing.T) (c change, more bool) {
	t.Helper()
	for l.lines.Scan() {
		line := l.lines.Text()
		if id, found := strings.CutPrefix(line, "id: "); found {
			l.id = id
		}
		if data, found := strings.CutPrefix(line, "data: "); found {
			if err := json.Unmarshal([]byte(data), &c); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			return c, true
		}
	}
	return c, false
}

// firstTold returns the first change sent to a browser that has already seen a version.
func firstTold(t *testing.T, address, seen string) change {
	t.Helper()
	l := listen(t, address, seen)
	defer l.body.Close()
	c, _ := l.next(t)
	return c
}

// Notes and warnings are shown above the tray, and browsers receive them as they change.
func TestSayAndWarn(t *testing.T) {
	s := newPages(t)
	before := s.tray.picture()
	s.Say("2 reports are on the way")
	s.Warn("the disk is <full>")
	select {
	case <-before.changed:
	default:
		t.Error("no browser is told")
	}
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, get("/"))
	for _, want := range []string{"2 reports are on the way", `role="alert"><b>the disk is &lt;full&gt;`} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("the page does not say %s: %s", want, answer.Body)
		}
	}
	now := s.tray.picture()
	s.Say("2 reports are on the way")
	if s.tray.picture().version != now.version {
		t.Error("what was said again makes a new version")
	}
	s.Say("")
	answer = httptest.NewRecorder()
	s.ServeHTTP(answer, get("/"))
	if strings.Contains(answer.Body.String(), "2 reports") || !strings.Contains(answer.Body.String(), "the disk is") {
		t.Errorf("after nothing was said the page is %s", answer.Body)
	}
}

func TestEvents(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newPages(t)
	server := httptest.NewServer(s)
	l := listen(t, server.URL, "")
	if first, _ := l.next(t); !first.Whole || len(first.Tiles) != 0 {
		t.Errorf("the first change is %+v", first)
	}
	hear(s, report.DeviceAttached, "b", "A10", "", report.Waiting)
	if c, _ := l.next(t); c.Whole || len(c.Tiles) != 1 || c.Tiles[0].Before != "" || !strings.Contains(c.Tiles[0].HTML, "Waiting") {
		t.Errorf("a device that comes is told as %+v", c)
	}
	seen := l.id
	d := patient(t, "backup-turned-off")
	d.UDID, d.Slot = "a", "A9"
	done(s, d)
	c, _ := l.next(t)
	if len(c.Tiles) != 1 || c.Tiles[0].Before != "b" || !strings.Contains(c.Tiles[0].Says, "A9") || !strings.Contains(c.Overview, "iCloud Backup off") {
		t.Errorf("a device that is finished is told as %+v", c)
	}
	hear(s, report.DeviceDetached, "a", "A9", "", "")
	if c, _ = l.next(t); len(c.Tiles) != 1 || c.Tiles[0].List != "gone" {
		t.Errorf("a device that was unplugged is told as %+v", c)
	}

	// A returning browser receives the changes; one from another run receives everything.
	if c = firstTold(t, server.URL, seen); c.Whole || len(c.Tiles) != 1 || c.Tiles[0].UDID != "a" {
		t.Errorf("one that comes back is told %+v", c)
	}
	for _, foreign := range []string{"other.1", s.tray.epoch + ".99", s.tray.epoch + ".x", strings.Repeat("9", 4000)} {
		if c = firstTold(t, server.URL, foreign); !c.Whole || len(c.Tiles) != 2 {
			t.Errorf("one that has seen %.20s is told %+v", foreign, c)
		}
	}

	// The stream ends with the run, and unfinished devices say so.
	s.Hear(report.Event{Type: report.RunSummary})
	c, _ = l.next(t)
	if !c.Over || len(c.Tiles) != 1 || !strings.Contains(c.Tiles[0].HTML, "the run ended first") {
		t.Errorf("the end is told as %+v", c)
	}
	if _, more := l.next(t); more {
		t.Error("the stream goes on after the end of the run")
	}
	if c = firstTold(t, server.URL, ""); !c.Over {
		t.Errorf("one that comes too late is told %+v", c)
	}
	server.Close()
	http.DefaultClient.CloseIdleConnections()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// Browsers that do not read cannot hold up the run, and excess browsers are rejected.
func TestBrowsersThatDoNotRead(t *testing.T) {
	s := newPages(t)
	server := httptest.NewServer(s)
	defer server.Close()
	defer server.CloseClientConnections()
	for range maxWatching {
		listen(t, server.URL, "")
	}
	answer, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one too many is answered with %d", answer.StatusCode)
	}
	devices := 1000
	if testing.Short() {
		devices = 150 // each browser is sent them all, which takes a minute under the race detector
	}
	fill(t, s, devices)
	if got := ask(s, get("/")); strings.Count(got.Body.String(), "<li data-udid") != devices {
		t.Error("the page lacks devices while nobody reads")
	}
	s.Close()
}

func TestOrder(t *testing.T) {
	s := newPages(t)
	for i, c := range []struct{ slot, location string }{{"", "3-1.10"}, {"A10", ""}, {"", "3-1.2"}, {"A2", ""}, {"B1", ""}} {
		s.Hear(report.Event{Type: report.DeviceAttached, UDID: string(rune('a' + i)), Slot: c.slot, Location: c.location})
	}
	var order string
	for _, one := range s.tray.picture().here {
		order += one.UDID
	}
	if order != "dbeca" {
		t.Errorf("the tiles stand in the order %s", order)
	}
}

// A bench that runs for months keeps those devices that are attached, and the most recently unplugged
// of the others. A browser that shows dropped ones is sent the whole tray.
func TestDevicesOfMonths(t *testing.T) {
	s := newPages(t)
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	hear(s, report.DeviceAttached, "stays", "A1", "", report.Waiting)
	d := patient(t, "backup-turned-off")
	most := 0
	for visit := range 5000 {
		d.UDID = fmt.Sprintf("%08d", visit)
		done(s, d)
		hear(s, report.DeviceDetached, d.UDID, "", "", "")
		most = max(most, len(s.tray.tiles))
	}
	p := s.tray.picture()
	if most > maxGone+2 || len(p.here) != 1 || len(p.gone) < keptGone || p.gone[0].UDID != "00004999" {
		t.Errorf("of 5000 visits the tray kept up to %d devices; in the end %d are here and %d gone, the last is %q", most, len(p.here), len(p.gone), p.gone[0].UDID)
	}
	if known, _ := strconv.Atoi(p.gone[len(p.gone)-1].UDID); known != 5000-len(p.gone) {
		t.Errorf("the oldest is %d, and %d are kept", known, len(p.gone))
	}
	if answer := ask(s, get("/device/00000001")); answer.Code != http.StatusNotFound {
		t.Errorf("the page of a dropped device is answered with %d", answer.Code)
	}
	before := s.tray.epoch + "." + strconv.FormatUint(p.dropped-1, 10)
	if c := firstTold(t, server.URL, before); !c.Whole || len(c.Tiles) != len(p.gone)+1 {
		t.Errorf("a browser that shows dropped devices is told %d tiles, whole: %t", len(c.Tiles), c.Whole)
	}
	if c := firstTold(t, server.URL, s.tray.epoch+"."+strconv.FormatUint(p.dropped, 10)); c.Whole {
		t.Error("a browser that shows no dropped device is sent the whole tray")
	}
}

// A device's name never becomes markup on a page.
func FuzzTile(f *testing.F) {
	marks := func(t *testing.T, of tile) int {
		html, err := site().Render("tile", newTileView(of))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(html, "<") + strings.Count(html, ">") + strings.Count(html, `"`)
	}
	f.Add("Ada", "A1", "00008110-0001B478EAB14B42")
	f.Add("<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, `" onfocus="alert(1)`)
	f.Add("\x1b[31m\u202e", "\xff", "javascript:alert(1)")
	f.Fuzz(func(t *testing.T, name, slot, udid string) {
		plain := tile{UDID: "id", Name: "name"}
		if report.Clean(slot) != "" {
			plain.Slot = "A1"
		}
		if got, want := marks(t, tile{UDID: udid, Name: name, Slot: slot}), marks(t, plain); got != want {
			t.Errorf("the tile of %q, %q, %q has %d marks of HTML, want %d", name, slot, udid, got, want)
		}
	})
}

// BenchmarkPage writes the page of a tray.
func BenchmarkPage(b *testing.B) {
	s := newPages(b)
	fill(b, s, 1000)
	for b.Loop() {
		ask(s, get("/"))
	}
}

// BenchmarkHear handles an event while browsers receive changes.
func BenchmarkHear(b *testing.B) {
	s := newPages(b)
	fill(b, s, 1000)
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	for range 8 {
		answer, err := http.Get(server.URL + "/events")
		if err != nil {
			b.Fatal(err)
		}
		defer answer.Body.Close()
		go io.Copy(io.Discard, answer.Body)
	}
	for b.Loop() {
		hear(s, report.DeviceState, "00008110-0000000000000001", "A2", "", report.Reading)
	}
}

// The page of a device shows the preconditions of each remedy.
func TestPreconditions(t *testing.T) {
	s := newPages(t)
	d := report.NewDevice(reporttest.EveryRemedy())
	done(s, d)
	body := ask(s, get(pageOf(d.UDID))).Body.String()
	text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
	if wrong := reporttest.CarriesPreconditions(text, true); wrong != "" {
		t.Error(wrong)
	}
}

// A tile shows the evidence for its verdict and the first step, and the page of a device shows
// its state at the previous visit.
func TestWhatChanged(t *testing.T) {
	d := patient(t, "backup-turned-off")
	s, err := New(Config{Hosts: []string{host}, History: func(context.Context, string) ([]report.Visit, error) {
		return []report.Visit{{Subject: report.OfDevices, Verdict: "backed-up", TakenAt: d.TakenAt.Add(-time.Hour)}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	done(s, d)
	if tray := ask(s, get("/")).Body.String(); !strings.Contains(tray, `class="shown">`+html.EscapeString(format.FirstEvidence(web.Local(d)))) || !strings.Contains(tray, `class="first">First: `) {
		t.Errorf("the tile lacks evidence or the first step: %s", tray)
	}
	if page := ask(s, get(pageOf(d.UDID))).Body.String(); !strings.Contains(page, `<p class="changed">Was backed up at `) || !strings.Contains(page, ", is failing now.") {
		t.Errorf("the page does not say what changed: %s", page)
	}
}
