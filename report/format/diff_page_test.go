package format

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

func TestWriteDiff(t *testing.T) {
	for name, o := range map[string]Options{
		"table": {Width: 100, UTF8: true},
		"cards": {Width: 60, UTF8: true},
		"ascii": {Width: 80},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteDiff(&out, report.Compare(reporttest.OlderAndNewer()), o); err != nil {
				t.Fatal(err)
			}
			reporttest.Golden(t, "testdata/diff."+name+".txt", out.Bytes())
		})
	}
	var out bytes.Buffer
	if err := WriteDocument(&out, report.Compare(reporttest.OlderAndNewer())); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "testdata/diff.json", out.Bytes())
	if err := schematest.Check(report.KindDiff, out.Bytes()); err != nil {
		t.Error(err)
	}
	mended := bytes.Replace(out.Bytes(), []byte(`"state": "fixed"`), []byte(`"state": "mended"`), 1)
	if _, refused := errors.AsType[*schematest.Refusal](schematest.Check(report.KindDiff, mended)); !refused {
		t.Error("the schema accepts a state that there is not")
	}
}

// Nothing is said of the causes of a device that was not examined both times.
func TestADiffClaimsNothingOfOthers(t *testing.T) {
	backedUp := report.Device{UDID: "00008110-000514AE0C22801E", Verdict: "backed-up"}
	other := report.Device{UDID: "00008120-111A1C2E3F4A5B6C", Verdict: "backed-up"}
	locked := report.Device{UDID: backedUp.UDID, Verdict: "not-examined", Reason: "locked"}
	reportOf := func(devices ...report.Device) report.Report { return report.Assemble(report.Run{}, devices) }
	for name, c := range map[string]struct {
		before, after report.Report
		want          string
	}{
		"nothing":         {reportOf(), reportOf(), "nothing to compare"},
		"missing now":     {reportOf(backedUp), reportOf(), "nothing to compare"},
		"not seen before": {reportOf(), reportOf(backedUp), "nothing to compare"},
		"locked now":      {reportOf(backedUp), reportOf(locked), "nothing to compare"},
		"locked before":   {reportOf(locked), reportOf(backedUp), "nothing to compare"},
		"one of two":      {reportOf(backedUp, other), reportOf(backedUp), "No cause was found before, and none now, on 1 of 2 devices"},
		"both":            {reportOf(backedUp), reportOf(backedUp), "No cause was found before, and none now.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteDiff(&out, report.Compare(c.before, c.after), Options{Width: 200}); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); !strings.Contains(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}
