package hubpages

import (
	"encoding/json"
	"html"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// Unknown values from another version are shown as unknown on the pages, and never count as
// backed up. A report without a device is rejected.
func TestReportsOfOtherVersions(t *testing.T) {
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "fleet.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	for i, test := range []struct {
		document string
		stored   int
		shown    []string // on the page of the device
	}{
		{`{"kind": "report", "schema": 2, "devices": [null]}`, 0, nil},
		{`{"kind": "report", "schema": 2, "devices": [{}]}`, 0, nil},
		{`{"kind": "report", "schema": 2, "devices": null}`, 0, nil},
		{`{"kind": "report", "schema": 2, "devices": [{"udid": "device-a", "verdict": "splendid", "headline": "All well."}]}`, 1, []string{"splendid"}},
		{`{"kind": "report", "schema": 2, "devices": [{"udid": "device-b", "verdict": "healthy"}]}`, 1, []string{"healthy"}},
		{`{"kind": "report", "schema": 2, "devices": [{"udid": "device-c", "verdict": ""}]}`, 1, nil},
		{`{"kind": "report", "schema": 2, "devices": [{"udid": "device-d", "verdict": "not-examined", "findings": [
			{"check": "wifi-missing", "status": "splendid", "title": "Wi-Fi"}, {"check": "door-shut", "status": "ok", "title": "Not a known check"}, null]}]}`, 1,
			[]string{"With a status that this version does not know (2)", "Not a known check"}},
	} {
		var r report.Report
		must(t, json.Unmarshal([]byte(test.document), &r))
		for n := range r.Devices {
			if r.Devices[n].UDID != "" {
				r.Devices[n].TakenAt = now
			}
		}
		id := "01936000-0000-7000-8000-00000000000" + string(rune('0'+i))
		outcome, err := store.Put(t.Context(), ledger.Message{ID: id, Bench: "oslo", Received: now, Report: report.Reworded(r)})
		must(t, err)
		if outcome.Stored != test.stored || len(outcome.Refused) != 1-test.stored {
			t.Errorf("%s: %+v", test.document, outcome)
		}
		if test.stored == 0 {
			continue
		}
		handler, err := New(Config{Store: store, Guard: web.Guard{Hosts: []string{"hub.example.org"}}, Token: token, Now: now.UTC, Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		got := get(handler, "/device?id="+r.Devices[0].UDID)
		page := strings.Join(strings.Fields(html.UnescapeString(reporttest.HTMLText(got.Body.String()))), " ")
		if got.Code != 200 || strings.Contains(page, "Backed up") {
			t.Errorf("%s: %d\n%s", test.document, got.Code, page)
		}
		for _, want := range test.shown {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q:\n%s", test.document, want, page)
			}
		}
	}
	totals, err := store.Totals(t.Context(), "")
	must(t, err)
	if totals.Devices != 4 || totals.Verdicts[checks.BackedUp] != 0 || totals.Verdicts[""] != 3 || totals.Verdicts[checks.NotExamined] != 1 {
		t.Errorf("%+v", totals)
	}
}
