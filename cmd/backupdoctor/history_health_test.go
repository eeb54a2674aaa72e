package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// health runs the command over the history in a folder.
func health(t *testing.T, folder string, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	e := newEnv(command.Env{
		Stdout: &out, Stderr: &out,
		Getenv:  func(string) string { return "" },
		DataDir: func() (string, error) { return folder, nil },
	}, linked)
	app := &cli.App{Commands: []*cli.Command{healthCommand(e)}, Writer: &out, ExitErrHandler: func(*cli.Context, error) {}}
	err = app.RunContext(t.Context(), append([]string{"history", "health"}, args...))
	return out.String(), err
}

func TestTheSlotWhereDevicesKeepFailingIsNamed(t *testing.T) {
	folder := t.TempDir()
	store, err := ledger.OpenHistory(t.Context(), filepath.Join(folder, "backupdoctor", "history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	for n := range 4 {
		recorder := ledger.NewRecorder(store, ledger.Run{})
		run := fmt.Sprintf("%08d-0000-4000-8000-000000000000", n)
		recorder.Hear(report.Event{Type: report.RunStart, Run: run, At: at.AddDate(0, 0, n)})
		for slot, retried := range map[string]string{"07": "timeout", "08": ""} {
			d := report.Device{UDID: fmt.Sprintf("%s-%d", slot, n), Slot: slot, TakenAt: at.AddDate(0, 0, n), Retried: retried}
			recorder.Hear(report.Event{Type: report.DeviceDone, Run: run, At: at.AddDate(0, 0, n), Device: &d})
		}
		recorder.Hear(report.Event{Type: report.RunSummary, Run: run, At: at.AddDate(0, 0, n), Report: &report.Report{}})
		if err := recorder.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	table, err := health(t, folder)
	if err != nil || !strings.Contains(table, "Suspicious: Slot 07, in 4 runs.") || strings.Contains(table, "Suspicious: Slot 08") {
		t.Errorf("%v\n%s", err, table)
	}
	if table, err := health(t, folder, "--runs", "2"); err != nil || !strings.Contains(table, "None of 2 places is suspicious in 2 runs.") {
		t.Errorf("%v\n%s", err, table)
	}
	if table, _ := health(t, folder, "--runs", "2"); !strings.Contains(table, "too few problems") || !strings.Contains(table, "too few visits to tell") {
		t.Errorf("two visits prove a slot well or ill:\n%s", table)
	}
	text, err := health(t, folder, "--json")
	var bench report.SlotReport
	if err := json.Unmarshal([]byte(text), &bench); err != nil || len(bench.Slots) != 2 || !bench.Slots[0].Suspicious || bench.Slots[1].Suspicious {
		t.Errorf("%v\n%s", err, text)
	}
	if err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"--runs", "0"}, {"extra"}} {
		if _, err := health(t, folder, args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if _, err := health(t, t.TempDir()); err == nil || err.Error() != "there is no history yet" {
		t.Errorf("without a history: %v", err)
	}
}
