package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// A bench with a wrong clock neither hides later readings of other benches, nor marks a persisting
// cause as fixed.
func TestClocksOfBenches(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		n := 0
		// read stores a reading taken at a time by a bench whose clock is off.
		read := func(bench string, at time.Time, off time.Duration, sheet sheet) {
			n++
			sheet.taken = at.Add(off)
			m := message(n, bench, sheet)
			m.Received, m.Sent = at.Add(time.Minute), at.Add(off+time.Minute)
			put(t, s, m)
		}
		state := func(udid string) Device {
			found, err := s.Find(t.Context(), udid)
			must(t, err)
			if len(found) != 1 {
				t.Fatalf("%d devices are %s", len(found), udid)
			}
			return found[0]
		}
		// Twenty hours ahead: a reading by another bench an hour later counts.
		read("ahead", monday, 20*time.Hour, sheet{id: "a", ok: []string{"wifi-missing"}})
		read("right", monday.Add(time.Hour), 0, sheet{id: "a", bad: []string{"wifi-missing"}})
		if d := state("a"); d.Verdict != "failing" || d.Bench != "right" || len(d.Causes) != 1 {
			t.Errorf("after a bench that is ahead: %+v", d)
		}
		// Two years behind: its later readings count, with the right time.
		read("right", monday, 0, sheet{id: "b", ok: []string{"wifi-missing"}})
		read("behind", monday.Add(time.Hour), -2*365*24*time.Hour, sheet{id: "b", bad: []string{"wifi-missing"}})
		if d := state("b"); d.Bench != "behind" || !d.TakenAt.Equal(monday.Add(time.Hour)) || d.Doubtful != "" {
			t.Errorf("after a bench that is behind: %+v", d)
		}
		// A clock two years ahead when it read, and right when it sent: the date is doubtful, and
		// does not override an earlier, reliable reading.
		read("right", monday, 0, sheet{id: "c", bad: []string{"wifi-missing"}})
		n++
		jumped := message(n, "jumped", sheet{id: "c", taken: monday.AddDate(2, 0, 0), ok: []string{"wifi-missing"}})
		jumped.Received, jumped.Sent = monday.Add(time.Hour), monday.Add(time.Hour)
		put(t, s, jumped)
		if d := state("c"); d.Verdict != "failing" || d.Bench != "right" {
			t.Errorf("after a clock that jumped: %+v", d)
		}
		// As the only reading it counts, marked, and not later than its arrival.
		n++
		alone := message(n, "jumped", sheet{id: "d", taken: monday.AddDate(2, 0, 0), bad: []string{"wifi-missing"}})
		alone.Received, alone.Sent = monday, monday
		put(t, s, alone)
		if d := state("d"); !d.TakenAt.Equal(monday) || d.Doubtful != report.DoubtFuture {
			t.Errorf("a doubtful reading alone: %+v", d)
		}
		off := map[string]bool{}
		for _, b := range all(t, func(p Page) (List[Bench], error) { return s.Benches(t.Context(), p) }) {
			off[b.Name] = b.ClockWords() != ""
		}
		if want := (map[string]bool{"ahead": true, "behind": true, "right": false, "jumped": false}); fmt.Sprint(off) != fmt.Sprint(want) {
			t.Errorf("the clocks that are off: %v, want %v", off, want)
		}
	})
}

// A bench that invents checks does not take up the space of others: their findings keep their
// names.
func TestUnknownChecksOfABenchAreBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			made := sheet{id: "a", taken: monday.Add(time.Duration(n) * time.Hour)}
			for i := range 1000 {
				made.bad = append(made.bad, fmt.Sprintf("made-up-%d-%d", n, i))
			}
			put(t, s, message(n, "villain", made))
		}
		put(t, s, message(10, "honest", sheet{id: "b", taken: monday, bad: []string{"wifi-missing", "newer-check"}}))
		found, err := s.Find(t.Context(), "b")
		must(t, err)
		if len(found) != 1 || len(found[0].Causes) != 2 {
			t.Errorf("the causes of the other bench are %+v", found)
		}
		var left []int
		for _, b := range all(t, func(p Page) (List[Bench], error) { return s.Benches(t.Context(), p) }) {
			left = append(left, b.LeftOut, b.Refused)
		}
		if want := []int{0, 0, 5000 - maxForeign, 0}; fmt.Sprint(left) != fmt.Sprint(want) {
			t.Errorf("left out and refused are %v, want %v", left, want)
		}
	})
}
