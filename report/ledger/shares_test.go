package ledger

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShares measures what benches use of their parts of the database.
func TestShares(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		s.RejectBytes = 4000 // 1000 for each bench
		invented := func(n int) (checks []string) {
			for i := range n {
				checks = append(checks, fmt.Sprintf("invented-%d", i))
			}
			return append(checks, "backup-turned-off") // known, and in no share
		}
		put(t, s, message(1, "oslo", sheet{id: "a", taken: monday, bad: invented(maxForeign / 4)}))
		put(t, s, message(2, "rome", sheet{id: "b", taken: monday, bad: []string{"backup-turned-off"}}))
		for i, size := range []int{500, 250, 300} { // the last one has no room
			must(t, s.SetAside(t.Context(), Reject{Bench: "pisa", ID: messageID(10 + i), Reason: "undecodable", Message: make([]byte, size)}))
		}
		shares, err := s.Shares(t.Context())
		must(t, err)
		if diff := cmp.Diff(map[string]Shares{"oslo": {Checks: 0.25}, "pisa": {Rejects: 0.75}}, shares); diff != "" {
			t.Error(diff)
		}
		put(t, s, message(3, "oslo", sheet{id: "a", taken: monday.Add(day), bad: append(invented(maxForeign+10), "another")}))
		if shares, err = s.Shares(t.Context()); err != nil || shares["oslo"].Checks != 1 {
			t.Errorf("over the share: %+v, %v", shares, err)
		}
	})
}
