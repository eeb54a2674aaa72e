package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// visitsAt stores a run of one device for each date, in days after monday, with a backup from the
// day before.
func visitsAt(t *testing.T, s *Store, days ...int) {
	t.Helper()
	for i, day := range days {
		at := monday.Add(time.Duration(day) * aDay)
		keepRun(t, s, runID(i), at, report.Device{UDID: "ONE", TakenAt: at, Verdict: "failing", LastBackup: monday.Add(time.Duration(i-60) * aDay)})
	}
}

// However wrong a clock was, the run written last is the newest.
func TestTheOrderIsThatOfWriting(t *testing.T) {
	const future, jumped = report.DoubtFuture, report.DoubtJumpedBack
	for _, c := range []struct {
		days  []int
		doubt []string // of each run
	}{
		{[]int{0, 1, 2}, []string{"", "", ""}},
		{[]int{3650, 0, 1, 2}, []string{future, "", "", ""}},
		{[]int{0, 3650, 1, 2}, []string{"", future, "", ""}},
		{[]int{0, 1, 2, 3650}, []string{"", "", "", future}},
		{[]int{0, -3650, 1}, []string{"", jumped, ""}},
		{[]int{0, 30, 1, 2, 31}, []string{"", "", jumped, jumped, ""}},
	} {
		t.Run(fmt.Sprint(c.days), func(t *testing.T) {
			s := fresh(t)
			visitsAt(t, s, c.days...)
			list, err := s.Runs(t.Context(), 100)
			must(t, err)
			story, err := s.Device(t.Context(), "ONE", 100)
			must(t, err)
			var ofRuns, ofVisits []string
			for i := range list.Runs {
				if list.Runs[i].Run != runID(len(c.days)-1-i) || story.Visits[i].Run != list.Runs[i].Run {
					t.Errorf("place %d has the run %s and the visit of %s", i, list.Runs[i].Run, story.Visits[i].Run)
				}
				ofRuns, ofVisits = append(ofRuns, list.Runs[i].Doubtful), append(ofVisits, story.Visits[i].Doubtful)
			}
			slices.Reverse(ofRuns)
			slices.Reverse(ofVisits)
			if diff := cmp.Diff(c.doubt, ofRuns) + cmp.Diff(c.doubt, ofVisits); diff != "" {
				t.Error(diff)
			}
			stale, err := s.Stale(t.Context(), later(), 14)
			must(t, err)
			last := len(c.days) - 1
			if d := stale.Devices[0]; !d.LastBackup.Equal(monday.Add(time.Duration(last-60)*aDay)) || d.Doubtful != c.doubt[last] || story.Device.Doubtful != c.doubt[last] {
				t.Errorf("stale: %+v", d)
			}
		})
	}
}

func TestPruneGoesByTheOrderOfWriting(t *testing.T) {
	for _, c := range []struct {
		days   []int
		before int
		future bool
		left   []int
	}{
		{[]int{0, 1, 2}, 2, false, []int{2}},
		{[]int{3650, 0, 1, 2}, 2, false, []int{2}},
		{[]int{3650, 900, 901}, 2, false, []int{3650, 900, 901}},
		{[]int{3650, 900, 901}, 0, true, []int{900, 901}},
		{[]int{0, 3650, 1, 2}, 1, true, []int{1, 2}},
		{[]int{900, -3650, 901}, 2, false, []int{900, -3650, 901}},
		{[]int{0, -3650, 901}, 2, false, []int{901}},
	} {
		t.Run(fmt.Sprint(c.days, c.before, c.future), func(t *testing.T) {
			s := fresh(t)
			visitsAt(t, s, c.days...)
			which := Pruning{Future: c.future}
			if c.before != 0 {
				which.Before = monday.Add(time.Duration(c.before) * aDay)
			}
			_, _, err := s.Prune(t.Context(), which)
			must(t, err)
			list, err := s.Runs(t.Context(), 100)
			must(t, err)
			var left []int
			for _, run := range slices.Backward(list.Runs) {
				left = append(left, int(run.StartedAt.Sub(monday)/aDay))
			}
			if diff := cmp.Diff(c.left, left); diff != "" {
				t.Error(diff)
			}
		})
	}
}
