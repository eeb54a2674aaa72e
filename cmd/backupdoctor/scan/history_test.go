package scan

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

func TestARunIsKeptOrItIsSaid(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	const id = "00000001-0000-4000-8000-000000000000"
	alarm := ""
	keep := func(folder string) string {
		var stderr bytes.Buffer
		env := command.Env{
			Getenv:  func(string) string { return "" },
			DataDir: func() (string, error) { return folder, nil },
		}
		sink := History(Keeper{Env: env, Screen: terminal.NewScreen(&stderr, env.Getenv), Warn: func(text string) { alarm = text }})
		hear := func(e report.Event) { sink.Hear(Event{Event: e}) }
		if err := sink.Begin(t.Context(), &Run{ID: id, StartedAt: at}); err != nil {
			t.Fatal(err)
		}
		hear(report.Event{Type: report.RunStart, Run: id, At: at})
		hear(report.Event{Type: report.DeviceDone, Run: id, At: at, Device: &report.Device{UDID: "00008110-000514AE0C22801E", TakenAt: at}})
		hear(report.Event{Type: report.RunSummary, Run: id, At: at, Report: &report.Report{}})
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
		return stderr.String()
	}

	folder := t.TempDir()
	if said := keep(folder); said != "" {
		t.Errorf("said %q", said)
	}
	store, err := ledger.OpenHistory(t.Context(), filepath.Join(folder, "backupdoctor", "history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if list, err := store.Runs(t.Context(), 10); err != nil || list.Total != 1 || list.Runs[0].Devices != 1 || list.Runs[0].FinishedAt.IsZero() {
		t.Errorf("kept %+v, %v", list, err)
	}

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if alarm != "" {
		t.Errorf("alarmed by %q", alarm)
	}
	said := keep(file)
	if !strings.HasPrefix(alarm, "The history does not have all of this run: ") {
		t.Errorf("alarmed by %q", alarm)
	}
	if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "backupdoctor: the history does not have all of this run: ") {
		t.Errorf("said %q", said)
	}
}
