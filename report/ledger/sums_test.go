package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
)

// The labels add up to the devices, whatever verdicts benches send: a verdict unknown to this
// version is counted separately.
func TestVerdictCountsAddUp(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		verdicts := []string{"failing", "at-risk", "no-cause-found", "not-examined", "backed-up", "suppressed", "healthy", "backed up", "Backed-Up"}
		for i, verdict := range verdicts {
			put(t, s, message(i+1, "oslo", sheet{id: fmt.Sprint("device ", i), taken: monday.Add(time.Duration(i) * time.Minute), verdict: verdict, warned: []string{"wifi-missing"}}))
		}
		// One verdict becomes unknown, and one becomes known.
		put(t, s, message(20, "oslo", sheet{id: "device 4", taken: monday.Add(day), verdict: "splendid"}))
		put(t, s, message(21, "oslo", sheet{id: "device 6", taken: monday.Add(day), verdict: "backed-up"}))
		totals, err := s.Totals(t.Context(), "")
		must(t, err)
		sum := 0
		for _, n := range totals.Verdicts {
			sum += n
		}
		if totals.Devices != len(verdicts) || sum != len(verdicts) || totals.Verdicts[checks.BackedUp] != 1 || totals.Verdicts[""] != 3 {
			t.Errorf("%d labels for %d devices: %+v", sum, len(verdicts), totals)
		}
		for _, c := range totals.Causes {
			if c.Check == "wifi-missing" && !c.Hint() {
				t.Errorf("%+v is no hint", c)
			}
		}
	})
}
