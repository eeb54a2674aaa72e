package benchpages

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// TestPlantedOnATray checks that no text of a device becomes advice, a title or a step on the
// pages of a bench, or in the changes sent to browsers.
func TestPlantedOnATray(t *testing.T) {
	full, err := json.Marshal(reporttest.Example(reflect.TypeFor[device.Recording]()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := device.ReadRecording(bytes.NewReader(full)); err != nil {
		t.Fatal(err)
	}
	documents := [][]byte{full}
	for _, path := range []string{"recordings/tray-of-six.json", "recordings/local-backups.json", "recordings/icloud-full-on-record.json", "patients/backup-turned-off.json"} {
		text, err := os.ReadFile("../../../testdata/" + path)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, text)
	}
	shown, times, step := 0, map[string]int{}, 3
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
		step = 1
	case testing.Short():
		step = 30 // the race detector finds no more in all of them
	}
	for _, document := range documents {
		for i, field := range reporttest.TextFields(t, document) {
			if i%step > 0 {
				continue
			}
			if times[field]++; times[field] > 2 {
				continue
			}
			recording, err := device.ReadRecording(bytes.NewReader(reporttest.Plant(t, document, field, times[field] == 2)))
			if err != nil {
				continue // not text but a time or a reason
			}
			if showsPlanted(t, field, recording) {
				shown++
			}
		}
	}
	if shown < 30/step {
		t.Errorf("only %d fields are shown at all", shown)
	}
}

// showsPlanted puts the devices of a recording on a tray, and reports whether the pages show
// planted text.
func showsPlanted(t *testing.T, field string, recording device.Recording) (shown bool) {
	t.Helper()
	s := newPages(t)
	s.Say("What the bench says")
	look := func(where, text string) {
		t.Helper()
		shown = shown || bytes.Contains([]byte(text), []byte(reporttest.Planted))
		for _, found := range reporttest.Unquoted(text) {
			t.Errorf("%s, %s: %s", field, where, found)
		}
	}
	before := s.tray.picture()
	for _, snapshot := range recording.Snapshots[:min(6, len(recording.Snapshots))] {
		d := report.NewDevice(report.Examined{Snapshot: snapshot, Diagnosis: checks.Diagnose(snapshot, checks.Run(snapshot, checks.All()))})
		hear(s, report.DeviceState, d.UDID, d.Slot, d.Name, report.Reading)
		done(s, d)
		page := ask(s, get(pageOf(d.UDID)))
		if page.Code != 200 {
			t.Errorf("%s: the page of a device is answered with %d", field, page.Code)
		}
		title := regexp.MustCompile(`<title>(.*)</title>`).FindString(page.Body.String())
		look("the page of a device", title+"\n"+reporttest.HTMLText(page.Body.String()))
	}
	look("the tray", reporttest.HTMLText(ask(s, get("/")).Body.String()))
	told, err := changeSince(s.tray.picture(), before.version, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, tile := range told.Tiles {
		look("a tile that changes", reporttest.HTMLText("<body>"+tile.HTML))
		look("what is read out", tile.Says)
	}
	look("the overview", reporttest.HTMLText("<body>"+told.Overview))
	return shown
}
