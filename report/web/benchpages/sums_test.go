package benchpages

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// Whatever the verdicts of a tray, the totals above its tiles add up to its devices, and each
// device has one tile labelled like the totals count it.
func TestVerdictCountsAddUp(t *testing.T) {
	verdicts := []string{"", "healthy", "Backed up"}
	for _, v := range checks.Verdicts() {
		verdicts = append(verdicts, string(v))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for tray := range 50 {
		s := newPages(t)
		labels := map[string]int{}
		count := random.IntN(12) + 2
		for n := range count {
			d := report.Device{UDID: fmt.Sprint("device-", n), Verdict: verdicts[random.IntN(len(verdicts))], Headline: "A tray.", Incomplete: random.IntN(5) == 0}
			known := d.Verdict
			if !slices.Contains(checks.Verdicts(), checks.Verdict(known)) {
				known = "" // all others share one count
			}
			labels[format.VerdictMark(known).Word]++
			done(s, d)
		}
		o := newOverview(s.tray.picture())
		sum := 0
		for _, total := range o.Totals[1:] {
			sum += total.Count
			if total.Count != labels[total.Mark.Word] {
				t.Errorf("tray %d: %d devices are counted as %s, want %d", tray, total.Count, total.Mark.Word, labels[total.Mark.Word])
			}
		}
		if sum != count || o.Devices != count || o.Totals[0].Count != count {
			t.Errorf("tray %d: %d labels for %d devices, of which %d were examined and %d are on the tray", tray, sum, count, o.Devices, o.Totals[0].Count)
		}
		page := ask(s, get("/")).Body.String()
		if n := strings.Count(page, `data-udid="device-`); n != count {
			t.Errorf("tray %d: %d tiles for %d devices", tray, n, count)
		}
	}
}
