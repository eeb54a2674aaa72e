package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger/postgres"
	"github.com/backupdoctor/backupdoctor/testdata/cluster"
)

var monday = time.Date(2026, 11, 16, 9, 30, 0, 0, time.UTC)

const day = 24 * time.Hour

// server is the PostgreSQL of these tests.
var (
	started   atomic.Bool
	databases atomic.Int64
	serving   = sync.OnceValues(func() (*cluster.Cluster, error) { return cluster.Start("fsync=off") })
)

func TestMain(m *testing.M) {
	beChild()
	Register(postgres.Connect)
	code := m.Run()
	if started.Load() {
		if c, err := serving(); err == nil {
			if err := c.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

// server returns the PostgreSQL of these tests. Without one, the test is skipped if that is
// allowed.
func server(t testing.TB) *cluster.Cluster {
	t.Helper()
	started.Store(true)
	c, err := serving()
	if errors.Is(err, cluster.ErrNotInstalled) && os.Getenv("BACKUPDOCTOR_REQUIRE_POSTGRES") != "1" {
		t.Skip(err)
	}
	must(t, err)
	return c
}

// onBoth runs a test on an empty database of each engine.
func onBoth(t *testing.T, test func(*testing.T, *Store)) {
	t.Run("SQLite", func(t *testing.T) { test(t, opened(t, sqliteAddress(t))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, opened(t, postgresAddress(t))) })
}

func sqliteAddress(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "100% fleet?&#ü.sqlite")
}

func postgresAddress(t testing.TB) string {
	t.Helper()
	address, err := server(t).Create(t.Context(), fmt.Sprintf("test%d", databases.Add(1)))
	must(t, err)
	return address
}

// opened opens a database until the end of the test.
func opened(t testing.TB, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), address)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// messageID returns the ID of the nth message.
func messageID(n int) string { return fmt.Sprintf("01936000-0000-7000-8000-%012x", n) }

// tray returns the devices of a report written by a scan.
func tray(t testing.TB) []report.Device {
	t.Helper()
	text, err := os.ReadFile("../../testdata/reports/tray-of-six.json")
	must(t, err)
	var r report.Report
	must(t, json.Unmarshal(text, &r))
	return r.Devices
}

// A sheet describes a device of a test: the checks that were problems, healthy and unreadable.
type sheet struct {
	id      string
	taken   time.Time
	verdict string
	backup  time.Time
	none    string // why the date of the last backup is unknown
	bad     []string
	warned  []string
	ok      []string
	unknown []string
	slot    string
	reason  string // why it was not examined, or only in part
	asset   []report.Field
}

func (s sheet) device() report.Device {
	if s.verdict == "" {
		s.verdict = "backed-up"
		if len(s.bad) > 0 {
			s.verdict = "failing"
		}
	}
	d := report.Device{
		UDID: s.id, Serial: "S" + s.id, Name: "iPhone " + s.id, Slot: s.slot, Reason: s.reason, Asset: s.asset, TakenAt: s.taken, Verdict: s.verdict,
		Headline: "It is " + s.verdict + ".", LastBackup: s.backup, NoLastBackup: s.none,
	}
	for _, of := range []struct {
		status string
		checks []string
	}{{"problem", s.bad}, {"warning", s.warned}, {"ok", s.ok}, {"unknown", s.unknown}} {
		for _, check := range of.checks {
			d.Findings = append(d.Findings, report.Finding{Check: check, Status: of.status})
		}
	}
	return d
}

// message returns the nth message of a bench, with one device, received five minutes after it was
// read.
func message(n int, bench string, s sheet) Message {
	d := s.device()
	return Message{
		ID: messageID(n), Bench: bench, Site: "Site of " + bench, Received: s.taken.Add(5 * time.Minute),
		Report: report.Report{Header: report.NewHeader(report.KindReport), Run: "run", Tool: report.Tool{Version: "1.2.3"}, TakenAt: s.taken, Devices: []report.Device{d}},
	}
}

// put stores messages, all of which must be new.
func put(t testing.TB, s *Store, messages ...Message) {
	t.Helper()
	got, err := s.Put(t.Context(), messages...)
	must(t, err)
	if got.Stored != len(messages) {
		t.Fatalf("of %d messages %+v", len(messages), got)
	}
}

// all collects a list in pages of two rows.
func all[Row any](t testing.TB, list func(Page) (List[Row], error)) []Row {
	t.Helper()
	var rows []Row
	page := Page{Rows: 2}
	for {
		got, err := list(page)
		must(t, err)
		rows = append(rows, got.Rows...)
		if got.Next == "" {
			return rows
		}
		if len(got.Rows) != 2 {
			t.Fatalf("a page of %d rows, and there are more", len(got.Rows))
		}
		page.After = got.Next
	}
}

// idsOf returns the devices that match a filter, in order.
func idsOf(t testing.TB, s *Store, f Filter, order Sort) []string {
	t.Helper()
	ids := []string{}
	for _, d := range all(t, func(p Page) (List[Device], error) { return s.Devices(t.Context(), f, order, p) }) {
		ids = append(ids, d.UDID)
	}
	return ids
}
