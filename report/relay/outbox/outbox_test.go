package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

func open(t *testing.T, path string) *sqlite.Conn {
	t.Helper()
	conn, err := sqlite.OpenConn(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func fresh(t *testing.T) *sqlite.Conn {
	t.Helper()
	conn := open(t, filepath.Join(t.TempDir(), "bench.db"))
	if err := sqlitex.ExecuteScript(conn, Migration, nil); err != nil {
		t.Fatal(err)
	}
	return conn
}

func item(t *testing.T, report string) Item {
	t.Helper()
	id, err := envelope.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return Item{ID: id, Cut: envelope.CutEvidence, Report: []byte(report)}
}

func reports(items []Item) string {
	var all []string
	for _, i := range items {
		all = append(all, string(i.Report))
	}
	return strings.Join(all, " ")
}

func TestItemsComeOutInOrderAndStayUntilDone(t *testing.T) {
	conn := fresh(t)
	var added []Item
	for i := range 5 {
		added = append(added, item(t, fmt.Sprint(i)))
	}
	// Added in another order than that of their ids.
	for _, i := range []int{3, 0, 4, 1, 2} {
		if err := Add(conn, added[i]); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		items, err := Next(conn, 3)
		if err != nil || reports(items) != "3 0 4" {
			t.Fatalf("next are %q, %v", reports(items), err)
		}
		if items[0].ID != added[3].ID || items[0].Cut != envelope.CutEvidence {
			t.Errorf("an item came out as %+v", items[0])
		}
	}
	if err := Done(conn, []string{added[3].ID, added[4].ID, "never added"}); err != nil {
		t.Fatal(err)
	}
	items, err := Next(conn, 10)
	if n, _ := Waiting(conn); err != nil || reports(items) != "0 1 2" || n != 3 {
		t.Errorf("next are %q of %d, %v", reports(items), n, err)
	}
}

func TestAddRefuses(t *testing.T) {
	conn := fresh(t)
	twice := item(t, "{}")
	if err := Add(conn, twice); err != nil {
		t.Fatal(err)
	}
	for name, i := range map[string]Item{
		"the same id twice":                       twice,
		"an id that is none":                      {ID: "7", Report: []byte("{}")},
		"a report cut off":                        item(t, "{"),
		"no report":                               item(t, ""),
		"a report that is longer than may travel": item(t, `"`+strings.Repeat("x", envelope.MaxReport)+`"`),
	} {
		if err := Add(conn, i); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if n, _ := Waiting(conn); n != 1 {
		t.Errorf("%d items wait", n)
	}
}

// TestAddIsPartOfTheTransaction: history and outbox, or neither.
func TestAddIsPartOfTheTransaction(t *testing.T) {
	conn := fresh(t)
	if err := sqlitex.ExecuteScript(conn, "CREATE TABLE history (id TEXT)", nil); err != nil {
		t.Fatal(err)
	}
	record := func(fails error) (err error) {
		defer sqlitex.Save(conn)(&err)
		if err := sqlitex.Execute(conn, "INSERT INTO history VALUES ('x')", nil); err != nil {
			return err
		}
		if err := Add(conn, item(t, "{}")); err != nil {
			return err
		}
		return fails
	}
	count := func() (n int) {
		err := sqlitex.Execute(conn, "SELECT (SELECT count(*) FROM history) * 10 + (SELECT count(*) FROM outbox)",
			&sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt(0); return nil }})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := record(errors.New("power cut")); err == nil || count() != 0 {
		t.Errorf("after a transaction that failed with %v the rows are %02d", err, count())
	}
	if err := record(nil); err != nil || count() != 11 {
		t.Errorf("after a transaction that ended with %v the rows are %02d", err, count())
	}
}

// A shelf is an outbox and a stream in memory, with whatever is wrong with them.
type shelf struct {
	mu        sync.Mutex
	items     []Item
	published []string
	refuse    map[string]int // how often an item is refused first
	nextErr   error
	doneErr   error
	log       bytes.Buffer
}

func (s *shelf) pump() Pump {
	return Pump{
		Next: func(_ context.Context, limit int) ([]Item, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return slices.Clone(s.items[:min(limit, len(s.items))]), s.nextErr
		},
		Done: func(_ context.Context, ids []string) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.doneErr != nil {
				return s.doneErr
			}
			s.items = slices.DeleteFunc(s.items, func(i Item) bool { return slices.Contains(ids, i.ID) })
			return nil
		},
		Publish: func(_ context.Context, i Item) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.refuse[i.ID]--; s.refuse[i.ID] >= 0 {
				return errors.New("the stream is full")
			}
			s.published = append(s.published, i.ID)
			return nil
		},
		Log: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
}

func (s *shelf) state() (waiting, published int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.items), len(s.published)
}

func numbered(n int) (items []Item) {
	for i := range n {
		items = append(items, Item{ID: fmt.Sprintf("%04d", i)})
	}
	return items
}

func TestPumpMovesEverythingOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: numbered(3*batch + 1), refuse: map[string]int{"0005": 3, "0040": 1}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.pump().Run(ctx) }()
		time.Sleep(time.Minute)
		if waiting, published := s.state(); waiting != 0 || published != 3*batch+1 || !slices.IsSorted(s.published) {
			t.Errorf("%d wait, published are %v", waiting, s.published)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestPumpPausesLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: numbered(1), refuse: map[string]int{"0000": 1000}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.pump().Run(ctx)
		time.Sleep(time.Hour)
		synctest.Wait()
		s.mu.Lock()
		tries := 1000 - s.refuse["0000"]
		s.mu.Unlock()
		// Ten tries until the pause is 30 seconds, then 120 an hour.
		if tries < 120 || tries > 135 {
			t.Errorf("%d tries in an hour", tries)
		}
		if waiting, _ := s.state(); waiting != 1 {
			t.Errorf("%d wait", waiting)
		}
	})
}

// TestPumpPublishesAgainWhatItCouldNotRemove: twice is for the stream to find out, never not
// at all.
func TestPumpPublishesAgainWhatItCouldNotRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: numbered(2), refuse: map[string]int{}, doneErr: errors.New("database is locked")}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.pump().Run(ctx)
		time.Sleep(time.Second)
		s.mu.Lock()
		s.doneErr = nil
		s.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		waiting, published := s.state()
		if waiting != 0 || published < 4 || published%2 != 0 {
			t.Errorf("%d wait, published are %v", waiting, s.published)
		}
	})
}

func TestPumpWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{refuse: map[string]int{}}
		wake := make(chan struct{}, 1)
		p := s.pump()
		p.Wake, p.Every = wake, time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go p.Run(ctx)
		synctest.Wait()
		s.mu.Lock()
		s.items = numbered(1)
		s.mu.Unlock()
		wake <- struct{}{}
		synctest.Wait()
		if waiting, published := s.state(); waiting != 0 || published != 1 {
			t.Errorf("%d wait, %d published", waiting, published)
		}
		// One that nobody told of, as from another process.
		s.mu.Lock()
		s.items = numbered(1)
		s.mu.Unlock()
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if waiting, _ := s.state(); waiting != 0 {
			t.Errorf("%d wait", waiting)
		}
	})
}

// TestPumpIsNotWokenWhileTheStreamIsDown: or every report would be a try at once.
func TestPumpIsNotWokenWhileTheStreamIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: numbered(1), refuse: map[string]int{"0000": 1000}}
		wake := make(chan struct{})
		close(wake)
		p := s.pump()
		p.Wake = wake
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go p.Run(ctx)
		time.Sleep(time.Minute)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if tries := 1000 - s.refuse["0000"]; tries > 12 {
			t.Errorf("%d tries in a minute", tries)
		}
	})
}

func TestPumpSurvivesAnOutboxThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{items: numbered(1), refuse: map[string]int{}, nextErr: errors.New("disk I/O error")}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.pump().Run(ctx)
		time.Sleep(time.Second)
		s.mu.Lock()
		s.nextErr = nil
		s.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if waiting, published := s.state(); waiting != 0 || published != 1 {
			t.Errorf("%d wait, %d published", waiting, published)
		}
		if log := s.log.String(); !strings.Contains(log, "disk I/O error") {
			t.Errorf("nobody was told: %s", log)
		}
	})
}
