package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/rogpeppe/go-internal/testscript"
)

// scriptVisit adds a run over one device, DAYS ago, to the history of a script. The traits of
// the visit are
//
//	name=, serial=, slot=, asset=   names of the device
//	backup=DAYS, =never, =REASON    the age of its last good iCloud backup at this moment, or why there is none
//	problem=ID, warning=, ok=, unknown=
//	reason=, retried=               why it was read only in part, or only on the second try
//	cut                             the run was interrupted
func scriptVisit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: visit DAYS UDID [TRAIT]...")
	}
	days, err := strconv.Atoi(args[0])
	ts.Check(err)
	now := time.Now()
	at := now.AddDate(0, 0, -days)
	d := report.Device{
		UDID: args[1], ModelName: "iPhone 13 mini", System: "iOS", ProductVersion: "26.1",
		TakenAt: at, Verdict: "backed-up", Headline: "No cause was found among what could be read.",
		NoLastBackup: string(device.NotAsked),
	}
	cut := false
	for _, trait := range args[2:] {
		name, value, _ := strings.Cut(trait, "=")
		switch name {
		case "name":
			d.Name = value
		case "serial":
			d.Serial = value
		case "slot":
			d.Slot, d.Location = value, "0x14120000"
		case "asset":
			d.Asset = []report.Field{{Name: "Asset tag", Value: value}}
		case "backup":
			d.LastBackup, d.NoLastBackup = backupOf(now, value)
		case "problem", "warning", "ok", "unknown":
			d.Findings = append(d.Findings, report.Finding{Check: value, Status: name, Summary: "It is so."})
			if name == "problem" {
				d.Verdict, d.Headline = "failing", "This stops backups: "+value+"."
			}
		case "reason":
			d.Verdict, d.Reason, d.Headline = "not-examined", value, "It was not examined: "+device.Reason(value).Error()+"."
		case "retried":
			d.Retried = value
		case "cut":
			cut = true
		default:
			ts.Fatalf("no trait %q", trait)
		}
	}
	store, err := ledger.OpenHistory(context.Background(), filepath.Join(ts.Getenv("XDG_DATA_HOME"), "backupdoctor", "history.sqlite"))
	ts.Check(err)
	recorder := ledger.NewRecorder(store, ledger.Run{Tool: "test", Host: "linux"})
	list, err := store.Runs(context.Background(), 1)
	ts.Check(err)
	id := fmt.Sprintf("%08d-0000-4000-8000-000000000000", list.Total+1)
	recorder.Hear(report.Event{Type: report.RunStart, Run: id, At: at})
	recorder.Hear(report.Event{Type: report.DeviceDone, Run: id, At: at, Device: &d})
	if !cut {
		recorder.Hear(report.Event{Type: report.RunSummary, Run: id, At: at.Add(12 * time.Second), Report: &report.Report{}})
	}
	ts.Check(recorder.Err())
	ts.Check(recorder.Release())
	ts.Check(store.Close())
}

// backupOf returns the end of the last good backup, or why there is no date.
func backupOf(now time.Time, text string) (time.Time, string) {
	if text == "never" {
		return time.Time{}, string(device.Absent)
	}
	days, err := strconv.Atoi(text)
	if err != nil {
		return time.Time{}, text
	}
	return now.AddDate(0, 0, -days), ""
}
