package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// ward is six devices on two benches.
func ward() []Message {
	at := func(days int) time.Time { return monday.Add(time.Duration(days) * day) }
	lab := []report.Field{{Name: "Asset tag", Value: "A-7"}, {Name: "Site", Value: "Lab"}}
	return []Message{
		message(1, "oslo", sheet{id: "a", taken: at(0), bad: []string{"signed-out"}, backup: at(-30)}),
		message(2, "oslo", sheet{id: "b", taken: at(1), bad: []string{"signed-out"}, none: "absent"}),
		message(3, "oslo", sheet{id: "c", taken: at(2), warned: []string{"signed-out"}, verdict: "at-risk", none: "refused", asset: lab}),
		message(4, "rome", sheet{id: "d", taken: at(3), backup: at(2)}),
		message(5, "rome", sheet{id: "e", taken: at(3), verdict: "not-examined", none: "locked"}),
		message(6, "rome", sheet{id: "f", taken: at(5), bad: []string{"wifi-missing"}, backup: at(-10)}),
	}
}

func TestFilters(t *testing.T) {
	cases := []struct {
		name   string
		filter Filter
		order  Sort
		want   []string
	}{
		{"all, newest first", Filter{}, NewestFirst, []string{"f", "e", "d", "c", "b", "a"}},
		{"all, worst first", Filter{}, WorstFirst, []string{"f", "b", "a", "c", "e", "d"}},
		{"a bench, worst first", Filter{Bench: "oslo"}, WorstFirst, []string{"b", "a", "c"}},
		{"a verdict, worst first", Filter{Verdict: "failing"}, WorstFirst, []string{"f", "b", "a"}},
		{"all, longest first", Filter{}, LongestFirst, []string{"b", "a", "f", "d", "c", "e"}},
		{"a bench", Filter{Bench: "oslo"}, NewestFirst, []string{"c", "b", "a"}},
		{"the site of the bench", Filter{Site: "Site of oslo"}, LongestFirst, []string{"b", "a"}},
		{"the site of the inventory", Filter{Site: "Lab"}, LongestFirst, []string{"c"}},
		{"a verdict", Filter{Verdict: "failing"}, LongestFirst, []string{"b", "a", "f"}},
		{"a cause", Filter{Cause: "signed-out"}, NewestFirst, []string{"c", "b", "a"}},
		{"a cause nobody has", Filter{Cause: "low-data-mode"}, NewestFirst, []string{}},
		{"never backed up", Filter{Backup: BackupNever}, NewestFirst, []string{"b"}},
		{"backups not known", Filter{Backup: BackupUnknown}, NewestFirst, []string{"e", "c"}},
		{"backups known", Filter{Backup: BackupKnown}, LongestFirst, []string{"a", "f", "d"}},
		{"not backed up for a week", Filter{BackupBefore: monday.Add(-7 * day)}, LongestFirst, []string{"b", "a", "f"}},
		{"not backed up for a week, newest first", Filter{BackupBefore: monday.Add(-7 * day)}, NewestFirst, []string{"f", "b", "a"}},
		{"backups known, newest first", Filter{Backup: BackupKnown}, NewestFirst, []string{"f", "d", "a"}},
		{"backed up, but not for a week", Filter{Backup: BackupKnown, BackupBefore: monday.Add(-7 * day)}, LongestFirst, []string{"a", "f"}},
		{"all of it", Filter{Site: "Site of oslo", Bench: "oslo", Verdict: "failing", Cause: "signed-out", BackupBefore: monday}, NewestFirst, []string{"b", "a"}},
	}
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, ward()...)
		for _, c := range cases {
			if diff := cmp.Diff(c.want, idsOf(t, s, c.filter, c.order)); diff != "" {
				t.Errorf("%s: %s", c.name, diff)
			}
		}
		for rows := 1; rows <= 7; rows++ { // pages that end within a verdict and between two
			var got []string
			page := Page{Rows: rows}
			for pages := 0; ; pages++ {
				list, err := s.Devices(t.Context(), Filter{}, WorstFirst, page)
				must(t, err)
				if len(list.Rows) == 0 || len(list.Rows) > rows || pages > 6 {
					t.Fatalf("page %d of %d rows has %d", pages, rows, len(list.Rows))
				}
				for _, d := range list.Rows {
					got = append(got, d.UDID)
				}
				if page.After = list.Next; page.After == "" {
					break
				}
			}
			if diff := cmp.Diff([]string{"f", "b", "a", "c", "e", "d"}, got); diff != "" {
				t.Errorf("worst first, %d rows a page: %s", rows, diff)
			}
		}
		if _, err := s.Devices(t.Context(), Filter{}, NewestFirst, Page{After: "somewhere"}); !errors.Is(err, ErrPage) {
			t.Errorf("a page that begins nowhere: %v", err)
		}
	})
}

func TestStale(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, ward()...)
		since := monday.Add(-7 * day)
		var got []Backup
		for _, d := range all(t, func(p Page) (List[Device], error) {
			return s.Devices(t.Context(), Filter{BackupBefore: since}, LongestFirst, p)
		}) {
			got = append(got, d.Backup)
		}
		if diff := cmp.Diff([]Backup{BackupNever, BackupKnown, BackupKnown}, got); diff != "" {
			t.Error(diff)
		}
		older, err := s.Older(t.Context(), since)
		must(t, err)
		totals, err := s.Totals(t.Context(), "")
		must(t, err)
		if older != 2 || totals.Never != 1 || totals.Unknown != 2 || totals.Known != 3 {
			t.Errorf("%d older, and %+v", older, totals)
		}
	})
}

func TestTotalsOfASite(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, ward()...)
		got, err := s.Totals(t.Context(), "Lab")
		must(t, err)
		if diff := cmp.Diff(Totals{Devices: 1, Verdicts: map[checks.Verdict]int{checks.AtRisk: 1}, Unknown: 1, Causes: []Cause{{"signed-out", 0, 1}}}, got); diff != "" {
			t.Error(diff)
		}
		// The device moves, and its counts move along.
		put(t, s, message(7, "rome", sheet{id: "c", taken: monday.Add(9 * day)}))
		got, err = s.Totals(t.Context(), "Lab")
		must(t, err)
		if diff := cmp.Diff(Totals{Verdicts: map[checks.Verdict]int{}, Causes: []Cause{}}, got); diff != "" {
			t.Error(diff)
		}
		sites := all(t, func(p Page) (List[Site], error) { return s.Sites(t.Context(), p) })
		if diff := cmp.Diff([]Site{{"Site of oslo", 2}, {"Site of rome", 4}}, sites); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSitesWithoutAName(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		for i, site := range []string{"", "Ångström", "oslo", "Rome"} {
			m := message(i, "b", sheet{id: string(rune('a' + i)), taken: monday})
			m.Site = site
			put(t, s, m)
		}
		sites := all(t, func(p Page) (List[Site], error) { return s.Sites(t.Context(), p) })
		if diff := cmp.Diff([]Site{{"", 1}, {"Rome", 1}, {"oslo", 1}, {"Ångström", 1}}, sites); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChanges(t *testing.T) {
	at := func(days int) time.Time { return monday.Add(time.Duration(days) * day) }
	messages := []Message{
		message(1, "oslo", sheet{id: "a", taken: at(0), bad: []string{"signed-out", "wifi-missing"}}),
		message(2, "oslo", sheet{id: "b", taken: at(0), bad: []string{"signed-out"}}),
		message(3, "oslo", sheet{id: "c", taken: at(0), bad: []string{"signed-out"}}),
		message(4, "oslo", sheet{id: "d", taken: at(0), ok: []string{"signed-out"}}),
		message(5, "oslo", sheet{id: "e", taken: at(0), bad: []string{"signed-out"}}),
		message(6, "oslo", sheet{id: "a", taken: at(7), ok: []string{"signed-out"}, bad: []string{"wifi-missing"}}),
		message(7, "rome", sheet{id: "b", taken: at(8), unknown: []string{"signed-out"}}),
		message(8, "rome", sheet{id: "c", taken: at(8), verdict: "not-examined"}),
		message(9, "rome", sheet{id: "d", taken: at(8), bad: []string{"signed-out"}}),
		message(10, "rome", sheet{id: "e", taken: at(8), ok: []string{"signed-out"}}),
		message(11, "rome", sheet{id: "e", taken: at(9), bad: []string{"signed-out"}}), // it came back
	}
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, messages...)
		cases := []struct {
			name   string
			filter ChangeFilter
			want   []string
		}{
			{"new", ChangeFilter{Change: New}, []string{"e signed-out", "d signed-out"}},
			{"still", ChangeFilter{Change: Still}, []string{"c signed-out", "b signed-out", "a wifi-missing"}},
			{"fixed", ChangeFilter{Change: Fixed}, []string{"a signed-out"}},
			{"still, of a check", ChangeFilter{Change: Still, Check: "wifi-missing"}, []string{"a wifi-missing"}},
			{"fixed, of a check", ChangeFilter{Change: Fixed, Check: "wifi-missing"}, nil},
			{"new, at a site", ChangeFilter{Change: New, Site: "Site of oslo"}, nil},
			{"still, at a site", ChangeFilter{Change: Still, Site: "Site of rome"}, []string{"c signed-out", "b signed-out"}},
		}
		for _, c := range cases {
			c.filter.Since = at(3)
			var got []string
			for _, change := range all(t, func(p Page) (List[ChangedCause], error) { return s.Changes(t.Context(), c.filter, p) }) {
				got = append(got, change.UDID+" "+change.Check)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %s", c.name, diff)
			}
		}
		counts, err := s.ChangeCounts(t.Context(), at(3))
		must(t, err)
		if diff := cmp.Diff([]ChangeCount{{"signed-out", 2, 2, 1}, {"wifi-missing", 0, 1, 0}}, counts); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSymptomsAndSilencedFindingsAreNoCauses(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		m := message(1, "oslo", sheet{id: "a", taken: monday, bad: []string{"backup-turned-off", "backup-stale", "backup-stale"}})
		d := &m.Report.Devices[0]
		d.Findings[1].ExplainedBy, d.Findings[2].ExplainedBy = "backup-turned-off", "backup-turned-off"
		d.Suppressed = []report.Silence{{Check: "beta-software", Status: "warning"}}
		put(t, s, m)
		story, err := s.Story(t.Context(), "a", Page{})
		must(t, err)
		if diff := cmp.Diff([]DeviceCause{{Check: "backup-turned-off", Status: "problem", Since: monday, SeenAt: monday}}, story.Device.Causes); diff != "" {
			t.Error(diff)
		}
		want := []report.VisitFinding{{Check: "backup-turned-off", Status: "problem", ExplainedBy: ""}, {Check: "backup-stale", Status: "problem", ExplainedBy: "backup-turned-off"}, {Check: "beta-software", Status: "suppressed", ExplainedBy: ""}}
		if diff := cmp.Diff(want, story.Visits.Rows[0].Findings); diff != "" {
			t.Error(diff)
		}
	})
}

// TestARedactedInventoryNamesNoSite checks that a placeholder is not used as a site.
func TestARedactedInventoryNamesNoSite(t *testing.T) {
	s := opened(t, sqliteAddress(t))
	m := message(1, "oslo", sheet{id: "a", taken: monday, asset: []report.Field{{Name: "Site", Value: "asset-1"}}})
	m.Report.Redacted = true
	put(t, s, m)
	if diff := cmp.Diff([]string{"a"}, idsOf(t, s, Filter{Site: "Site of oslo"}, NewestFirst)); diff != "" {
		t.Error(diff)
	}
}
