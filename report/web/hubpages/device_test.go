package hubpages

import (
	"html"
	"log/slog"
	"net/url"
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
)

// warned is a device with a warning, which its report has first, and a problem with a symptom.
func warned() report.Device {
	evidence := func(key string) []report.Evidence {
		return []report.Evidence{{Key: key, Value: "off", Expected: "on", Source: "lockdown x"}}
	}
	switchOn := report.Remedy{ID: string(remedies.TurnBackupOn), Title: "words of the bench"}
	return report.Device{
		UDID: "00008110-00000000000000AA", Name: hostile, TakenAt: now.Add(-time.Hour), Verdict: string(checks.Failing), Headline: "Failing.",
		Findings: []report.Finding{
			{Check: "software-out-of-date", Status: string(checks.Warning), Summary: "The software is old.", Evidence: evidence("Installed")},
			{Check: "backup-turned-off", Status: string(checks.Problem), Summary: "Backup is off.", Evidence: evidence("Backup switch"), Remedies: []report.Remedy{switchOn}},
			{Check: "backup-stale", Status: string(checks.Problem), Summary: "The backup is old.", ExplainedBy: "backup-turned-off", Evidence: evidence("Last good backup")},
		},
		Plan: []report.Step{{Remedy: switchOn.ID, Title: "words of the bench", For: []string{"backup-turned-off"}}},
	}
}

// pageOfDevice returns the page of a device whose report was cut on its way as given.
func pageOfDevice(t *testing.T, d report.Device, cut string) string {
	t.Helper()
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "fleet.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	outcome, err := store.Put(t.Context(), ledger.Message{
		ID: reportID(0), Bench: "oslo-front", Received: now, Cut: cut,
		Report: report.Reworded(report.Report{Header: report.NewHeader(report.KindReport), Devices: []report.Device{d}}),
	})
	must(t, err)
	if outcome.Stored != 1 {
		t.Fatalf("the report is not stored: %+v", outcome)
	}
	handler, err := New(Config{Store: store, Guard: web.Guard{Hosts: []string{"hub.example.org"}}, Token: token, Now: now.UTC, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	got := get(handler, "/device?id="+url.QueryEscape(d.UDID))
	if got.Code != 200 {
		t.Fatalf("the page is answered with %d", got.Code)
	}
	return got.Body.String()
}

// The page of a device shows problems before warnings. Each cause has its evidence, links to the
// devices that have it too, and leads to its remedies, which are looked up by ID.
func TestCausesOfADevice(t *testing.T) {
	page := pageOfDevice(t, warned(), "")
	articles := regexp.MustCompile(`(?s)<article class="finding">.*?</article>`).FindAllString(page, -1)
	if len(articles) != 2 {
		t.Fatalf("%d causes are shown, want 2:\n%s", len(articles), page)
	}
	remedy, _ := remedies.Find(remedies.TurnBackupOn)
	heading := html.EscapeString(remedy.Heading())
	for i, wants := range [][]string{
		{`<a href="/devices?cause=backup-turned-off">`, "Backup is off.", "Backup switch", "(healthy: on)", "The backup is old.", "Last good backup", `<a href="#step-1">Step 1</a>: ` + heading},
		{`<a href="/devices?cause=software-out-of-date">`, "The software is old.", "Installed"},
	} {
		for _, want := range wants {
			if !strings.Contains(articles[i], want) {
				t.Errorf("cause %d lacks %q:\n%s", i+1, want, articles[i])
			}
		}
	}
	if strings.Count(page, `id="step-1"`) != 1 {
		t.Error("no step is named step-1")
	}
	if strings.Contains(page, "words of the bench") {
		t.Error("a remedy is in the words of the bench")
	}
	if strings.Contains(page, "<script") || !strings.Contains(page, "“&lt;script&gt;alert(1)") {
		t.Error("the name of the device is not quoted")
	}
	if strings.Contains(page, "too long to be sent") {
		t.Error("a whole report is called too long")
	}
}

// The page says where the parts of a report are that was too long to be sent.
func TestReportCutOnItsWay(t *testing.T) {
	d := warned()
	for i := range d.Findings {
		d.Findings[i].Evidence, d.Findings[i].Remedies = nil, nil
	}
	d.Plan = nil
	for cut, want := range map[string]string{
		"evidence": "Its evidence, remedies and steps are in the history of the bench oslo-front.",
		"findings": "Its evidence, remedies, steps and other findings are in the history of the bench oslo-front.",
	} {
		text := strings.Join(strings.Fields(reporttest.HTMLText(pageOfDevice(t, d, cut))), " ")
		if !strings.Contains(text, want) {
			t.Errorf("without its %s the page lacks %q:\n%s", cut, want, text)
		}
		if problem, warning := strings.Index(text, "Backup is off."), strings.Index(text, "The software is old."); problem < 0 || warning < problem {
			t.Errorf("the warning is above the problem:\n%s", text)
		}
	}
}

// A cause that the database does not list has no link to a list of its devices.
func TestCauseWithoutAList(t *testing.T) {
	known := []ledger.DeviceCause{{Check: "backup-turned-off"}}
	for check, want := range map[string]string{"backup-turned-off": "/devices?cause=backup-turned-off", "of-another-version": ""} {
		if got := linkOf(check, known); got != want {
			t.Errorf("%s leads to %q, want %q", check, got, want)
		}
	}
}
