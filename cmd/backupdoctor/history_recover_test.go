package main

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// Reports that cannot be read are damage, too, even if their pages can be.
func TestRecoverReadsTheReports(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "backupdoctor", "history.sqlite")
	store, err := ledger.OpenHistory(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	recorder := ledger.NewRecorder(store, ledger.Run{})
	at, run := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC), "00000001-0000-4000-8000-000000000000"
	recorder.Hear(report.Event{Type: report.RunStart, Run: run, At: at})
	for _, udid := range []string{"ONE", "TWO"} {
		recorder.Hear(report.Event{Type: report.DeviceDone, Run: run, At: at, Device: &report.Device{UDID: udid, TakenAt: at}})
	}
	recorder.Hear(report.Event{Type: report.RunSummary, Run: run, At: at, Report: &report.Report{}})
	if err := errors.Join(recorder.Err(), store.Close()); err != nil {
		t.Fatal(err)
	}
	recovering := func() (string, error) {
		var out bytes.Buffer
		e := newEnv(command.Env{
			Stdout: &out, Stderr: &out,
			Getenv:  func(string) string { return "" },
			DataDir: func() (string, error) { return folder, nil },
		}, linked)
		app := &cli.App{Commands: []*cli.Command{recoverCommand(e)}, Writer: &out, ExitErrHandler: func(*cli.Context, error) {}}
		err := app.RunContext(t.Context(), []string{"history", "recover"})
		return out.String(), err
	}
	if out, err := recovering(); err != nil || out != "the history is not damaged\n" {
		t.Errorf("%v: %s", err, out)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "UPDATE details SET json = x'00' WHERE report = 1")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	out, err := recovering()
	if exit, is := errors.AsType[command.Exit](err); !is || exit.Code != report.ExitProblems || !strings.HasPrefix(out, "1 of 2 full reports cannot be read") {
		t.Errorf("%v: %s", err, out)
	}
}
