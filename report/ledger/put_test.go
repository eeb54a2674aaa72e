package ledger

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

func TestTheSameReportTwiceCountsOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		m := message(1, "oslo", sheet{id: "a", taken: monday, bad: []string{"backup-turned-off"}})
		put(t, s, m)
		got, err := s.Put(t.Context(), m, m, message(2, "oslo", sheet{id: "b", taken: monday}), message(2, "oslo", sheet{id: "b", taken: monday}))
		must(t, err)
		if want := (Outcome{Stored: 1, Known: 3}); !cmp.Equal(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		totals, err := s.Totals(t.Context(), "")
		must(t, err)
		want := Totals{Devices: 2, Verdicts: map[checks.Verdict]int{checks.Failing: 1, checks.BackedUp: 1}, Unknown: 2, Causes: []Cause{{"backup-turned-off", 1, 0}}}
		if diff := cmp.Diff(want, totals); diff != "" {
			t.Error(diff)
		}
		benches, err := s.Benches(t.Context(), Page{})
		must(t, err)
		if n := benches.Rows[0].Reports; n != 2 {
			t.Errorf("the bench has sent %d reports, want 2", n)
		}
	})
}

// story is a device over some weeks, on two benches, one of which has a wrong clock at first.
func story() []Message {
	at := func(days int) time.Time { return monday.Add(time.Duration(days) * day) }
	wrong := message(9, "rome", sheet{id: "a", taken: at(900), bad: []string{"wifi-missing"}, backup: at(800)})
	wrong.Received = at(3)
	return []Message{
		message(1, "oslo", sheet{id: "a", taken: at(0), bad: []string{"backup-turned-off"}, warned: []string{"beta-software"}, backup: at(-20)}),
		message(2, "rome", sheet{id: "a", taken: at(1), bad: []string{"backup-turned-off"}, ok: []string{"beta-software"}, backup: at(-20)}),
		message(3, "oslo", sheet{id: "a", taken: at(2), verdict: "not-examined", none: "locked"}),
		message(4, "oslo", sheet{id: "a", taken: at(4), unknown: []string{"backup-turned-off"}, bad: []string{"signed-out"}, none: "refused"}),
		message(5, "rome", sheet{id: "a", taken: at(5), ok: []string{"backup-turned-off"}, bad: []string{"signed-out"}, backup: at(-20)}),
		message(6, "oslo", sheet{id: "a", taken: at(7), bad: []string{"backup-turned-off"}, unknown: []string{"signed-out"}, none: "refused"}),
		message(7, "oslo", sheet{id: "a", taken: at(7), bad: []string{"backup-turned-off"}, ok: []string{"low-data-mode"}, none: "refused"}),
		wrong,
	}
}

// TestAnyOrderGivesTheSame stores the reports of one device in many orders, one by one and
// together.
func TestAnyOrderGivesTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		var want any
		random := rand.New(rand.NewPCG(1, 2))
		for round := range 12 {
			messages := story()
			if round > 0 {
				random.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
			}
			clearAll(t, s)
			for batch := range slices.Chunk(messages, 1+round%4) {
				put(t, s, batch...)
			}
			got := stateOf(t, s)
			if round == 0 {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				var order []string
				for _, m := range messages {
					order = append(order, m.ID[len(m.ID)-1:])
				}
				t.Fatalf("in the order %v: %s", order, diff)
			}
		}
	})
}

// stateOf returns everything derived from the reports.
func stateOf(t *testing.T, s *Store) any {
	t.Helper()
	type state struct {
		Story   Story
		Totals  Totals
		Changes []ChangeCount
		Causes  [3][]ChangedCause
	}
	var st state
	var err error
	st.Story, err = s.Story(t.Context(), "a", Page{})
	must(t, err)
	slices.SortFunc(st.Story.Visits.Rows, func(a, b report.Visit) int {
		return b.TakenAt.Compare(a.TakenAt)*2 + strings.Compare(b.ReportID, a.ReportID)
	})
	st.Totals, err = s.Totals(t.Context(), "")
	must(t, err)
	st.Changes, err = s.ChangeCounts(t.Context(), monday.Add(3*day))
	must(t, err)
	for i, change := range []Change{New, Still, Fixed} {
		st.Causes[i] = all(t, func(p Page) (List[ChangedCause], error) {
			return s.Changes(t.Context(), ChangeFilter{Change: change, Since: monday.Add(3 * day)}, p)
		})
	}
	return st
}

func clearAll(t *testing.T, s *Store) {
	t.Helper()
	for _, table := range []string{"reports", "details", "devices", "visits", "findings", "causes", "benches", "refusals", "counts", "periods", "checks", "rejects", "ledgers", "ahead", "runs", "names"} {
		_, err := s.db.ExecContext(t.Context(), "DELETE FROM "+table)
		must(t, err)
	}
}

func TestTheNewestReadingCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, story()...)
		got, err := s.Story(t.Context(), "a", Page{Rows: 3})
		must(t, err)
		want := Device{
			KnownDevice: report.KnownDevice{
				UDID: "a", Serial: "Sa", Name: "iPhone a", Site: "Site of oslo", Bench: "oslo", Asset: []report.Field{},
				TakenAt: monday.Add(7 * day), Verdict: "failing", Headline: "“It is failing.”", Backup: BackupUnknown, NoLastBackup: "refused",
				EarlierBackup: monday.Add(-20 * day), EarlierAt: monday.Add(5 * day),
			},
			ReceivedAt: monday.Add(7*day + 5*time.Minute), FirstAt: monday, Visits: 8,
			Causes: []DeviceCause{
				{Check: "signed-out", Status: "problem", Since: monday.Add(4 * day), SeenAt: monday.Add(5 * day)},
				{Check: "backup-turned-off", Status: "problem", Since: monday.Add(7 * day), SeenAt: monday.Add(7 * day)},
			},
		}
		if diff := cmp.Diff(want, got.Device); diff != "" {
			t.Error(diff)
		}
		whole, err := s.Story(t.Context(), "a", Page{})
		must(t, err)
		for _, v := range whole.Visits.Rows {
			if v.Doubtful != "" && (v.Bench != "rome" || v.TakenAt.After(v.ReceivedAt)) {
				t.Errorf("a doubtful visit is %+v", v)
			}
		}
		doubtful := func(v report.Visit) bool { return v.Doubtful != "" }
		if got.Visits.Next == "" || !slices.ContainsFunc(whole.Visits.Rows, doubtful) {
			t.Error("the visit of the bench with the wrong clock is not marked")
		}
	})
}

// TestAWrongClockCountsAlone covers a device with no other reading.
func TestAWrongClockCountsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		wrong := message(1, "rome", sheet{id: "a", taken: monday.Add(25 * time.Hour), bad: []string{"wifi-missing"}})
		wrong.Received = monday
		put(t, s, wrong)
		d, err := s.Story(t.Context(), "a", Page{})
		must(t, err)
		if d.Device.Doubtful == "" || d.Device.Verdict != "failing" {
			t.Errorf("it stands as %+v", d.Device)
		}
		right := message(2, "rome", sheet{id: "a", taken: monday.Add(24 * time.Hour)})
		right.Received = monday
		put(t, s, right)
		d, err = s.Story(t.Context(), "a", Page{})
		must(t, err)
		if d.Device.Doubtful != "" || d.Device.Verdict != "backed-up" || len(d.Device.Causes) != 0 {
			t.Errorf("then it stands as %+v", d.Device)
		}
	})
}

func TestRefusals(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		good := message(1, "oslo", sheet{id: "a", taken: monday})
		next := 1
		broken := func(change func(*Message)) Message {
			next++
			m := message(next, "oslo", sheet{id: "b", taken: monday})
			change(&m)
			return m
		}
		got, err := s.Put(t.Context(),
			broken(func(m *Message) { m.ID = "1" }),
			broken(func(m *Message) { m.ID = "01936000-0000-4000-8000-000000000000" }),
			broken(func(m *Message) { m.Bench = "os\x00lo" }),
			broken(func(m *Message) { m.Bench = "" }),
			broken(func(m *Message) { m.Report.Subject = report.OfBackups }),
			broken(func(m *Message) { m.Report.Devices = nil }),
			broken(func(m *Message) { m.Report.Devices[0].UDID = "" }),
			broken(func(m *Message) { m.Report.Devices[0].Reason = "not-attached" }),
			broken(func(m *Message) { m.Report.Devices = make([]report.Device, maxDevices+1) }),
			broken(func(m *Message) { m.JSON = make([]byte, maxJSON+1) }),
			good,
		)
		must(t, err)
		var reasons []Reason
		for _, r := range got.Refused {
			reasons = append(reasons, r.Reason)
		}
		want := []Reason{BadID, BadID, BadBench, BadBench, NotDevices, NoDevice, NoDevice, NoDevice, TooMany, TooLong}
		if diff := cmp.Diff(want, reasons); diff != "" || got.Stored != 1 {
			t.Errorf("stored %d; %s", got.Stored, diff)
		}
		for range 2 { // the second time is a repetition
			must(t, s.SetAside(t.Context(), Reject{Bench: "oslo", Reason: "undecodable", Message: []byte("{")}, Reject{ID: "x", Reason: "bad-id"}))
		}
		counted, err := s.Refusals(t.Context())
		must(t, err)
		if diff := cmp.Diff(map[Reason]int{BadID: 3, BadBench: 2, NotDevices: 1, NoDevice: 3, TooMany: 1, TooLong: 1, "undecodable": 1}, counted); diff != "" {
			t.Error(diff)
		}
		benches, err := s.Benches(t.Context(), Page{})
		must(t, err)
		if b := benches.Rows[0]; b.Refused != 9 || b.Reports != 1 {
			t.Errorf("the bench: %+v", b)
		}
	})
}

// TestHostileTexts stores texts that no database would store unchanged.
func TestHostileTexts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		m := message(1, "oslo", sheet{id: "a\x00'; DROP TABLE devices; --", taken: monday, bad: []string{"x", "no\x00check", strings.Repeat("y", 65)}})
		d := &m.Report.Devices[0]
		d.Name = "\xff\xfe" + strings.Repeat("ü", maxName) + "\x00"
		d.Headline = "\u202e" + strings.Repeat("h", maxSentence)
		d.Verdict = "nobody knows\x00"
		d.Asset = []report.Field{{Name: "site\x00", Value: "x"}, {Name: strings.Repeat("n", 99), Value: strings.Repeat("v", 9000)}}
		for range 12 {
			d.Asset = append(d.Asset, d.Asset[1])
		}
		d.TakenAt = time.Time{}
		m.JSON = []byte("{}")
		d.LastBackup = time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)
		d.Findings[0].ExplainedBy = "no\x00check"
		for i := range maxFindings + 10 {
			d.Findings = append(d.Findings, report.Finding{Check: fmt.Sprintf("made-up-%d", i), Status: "ok"})
		}
		put(t, s, m)
		got, err := s.Devices(t.Context(), Filter{}, LongestFirst, Page{})
		must(t, err)
		stands := got.Rows[0]
		if stands.UDID != "a'; DROP TABLE devices; --" || len(stands.Name) > maxName || !utf8.ValidString(stands.Name) || len(stands.Headline) > maxSentence {
			t.Errorf("it stands as %+v", stands)
		}
		if n := len(stands.Asset); n != 8 {
			t.Errorf("%d columns of the inventory were kept, want 8", n)
		}
		if len(stands.Causes) != 1 || stands.Causes[0].Check != "x" {
			t.Errorf("its causes: %+v", stands.Causes)
		}
		if d, err := s.Find(t.Context(), "a\x00'; DROP TABLE devices; --"); err != nil || len(d) != 1 {
			t.Errorf("found %v, %v", d, err)
		}
	})
}

func TestWholeReport(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		m := message(1, "oslo", sheet{id: "a", taken: monday})
		m.JSON = []byte(`{"what a newer bench added": 1}`)
		m.Cut = "evidence"
		put(t, s, m)
		story, err := s.Story(t.Context(), "a", Page{})
		must(t, err)
		if got := story.Visits.Rows[0].Cut; got != "evidence" {
			t.Errorf("it is said to be cut of %q", got)
		}
		got, err := s.Report(t.Context(), m.ID)
		must(t, err)
		if !strings.Contains(string(got), `"what a newer bench added":1`) {
			t.Errorf("got %s", got)
		}
		if _, err := s.Report(t.Context(), messageID(2)); !errors.Is(err, ErrUnknown) {
			t.Errorf("of another: %v", err)
		}
		if _, err := s.Story(t.Context(), "b", Page{}); !errors.Is(err, ErrUnknown) {
			t.Errorf("of another device: %v", err)
		}
	})
}
