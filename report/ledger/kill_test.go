package ledger

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// sendOn stores one device after another, each with its item to send, and reports each once it is
// stored.
func sendOn(path string) error {
	s, err := OpenHistory(context.Background(), path)
	if err != nil {
		return err
	}
	run, err := envelope.NewID()
	if err != nil {
		return err
	}
	if err := s.Begin(context.Background(), Run{ID: run, Started: monday}); err != nil {
		return err
	}
	for n := range 1 << 30 {
		d := childDevice(n)
		id, err := envelope.NewID()
		if err != nil {
			return err
		}
		if err := s.AddAndSend(context.Background(), run, d, receipt.Item{ID: id, Report: fmt.Appendf(nil, "%q", d.UDID)}); err != nil {
			return err
		}
		fmt.Println(d.UDID)
	}
	return nil
}

// TestKillsWhileEightProcessesWrite checks that no device reported as stored is missing, partial or
// duplicated. BACKUPDOCTOR_LONG=1 kills two hundred times.
func TestKillsWhileEightProcessesWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	const writers = 8
	kills := 2
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		kills = 200 / writers
	}
	var mu sync.Mutex
	told := map[string]bool{}
	var all sync.WaitGroup
	for range writers {
		var commands []*exec.Cmd
		for range kills {
			commands = append(commands, child(t, "send on", path))
		}
		all.Go(func() {
			for _, cmd := range commands {
				out, err := cmd.StdoutPipe()
				if err != nil || cmd.Start() != nil {
					t.Errorf("it does not start: %v", err)
					return
				}
				lines := bufio.NewScanner(out)
				enough := 1 + rand.IntN(15)
				for n := 1; lines.Scan(); n++ {
					mu.Lock()
					told[lines.Text()] = true
					mu.Unlock()
					if n == enough {
						time.AfterFunc(time.Duration(rand.IntN(5000))*time.Microsecond, func() { cmd.Process.Kill() })
					}
				}
				if cmd.Wait() == nil {
					t.Error("it ended by itself")
				}
			}
		})
	}
	all.Wait()
	if len(told) < writers*kills {
		t.Fatalf("only %d devices were told of", len(told))
	}
	s := openedHistory(t, path)
	if kept := s.Recovery().Kept; kept != "" {
		t.Errorf("it was set aside as %s", kept)
	}
	type row struct{ visits, findings, details, waiting, devices, causes int }
	rows := map[string]row{}
	must(t, s.do(t.Context(), recoverTimeout, reading, func(tx transaction) error {
		return each(t.Context(), tx, `
			SELECT udid, count(*), sum((SELECT count(*) FROM findings WHERE findings.visit = visits.visit)), sum((SELECT count(*) FROM details WHERE details.report = visits.report)),
				(SELECT count(*) FROM messages WHERE messages.visit = visits.visit),
				(SELECT count(*) FROM devices WHERE devices.udid = visits.udid AND devices.visits = 1), (SELECT count(*) FROM causes WHERE causes.device = visits.device)
			FROM visits GROUP BY udid`, nil, func(r *sql.Rows) error {
			var udid string
			var got row
			err := r.Scan(&udid, &got.visits, &got.findings, &got.details, &got.waiting, &got.devices, &got.causes)
			rows[udid] = got
			return err
		})
	}))
	for udid := range told {
		if _, kept := rows[udid]; !kept {
			t.Errorf("%s is missing", udid)
		}
	}
	for udid, got := range rows {
		if got != (row{1, 1, 1, 1, 1, 1}) {
			t.Errorf("%s is there as %+v", udid, got)
		}
	}
	mustBeNumbered(t, s, len(rows))
	list, err := s.Runs(t.Context(), 1000)
	must(t, err)
	for _, run := range list.Runs {
		if run.State != "interrupted" || !strings.Contains(run.Run, "-") {
			t.Errorf("%+v", run)
		}
	}
}
