package benchpages

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

const host = "127.0.0.1"

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// patient returns the findings on a device of testdata/patients.
func patient(t testing.TB, name string) report.Device {
	t.Helper()
	file, err := os.Open(filepath.Join("../../../testdata/patients", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		t.Fatal(err)
	}
	s := recording.Snapshots[0]
	return report.NewDevice(report.Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, checks.All()))})
}

// patients are names of devices in testdata/patients, with all kinds of verdicts.
var patients = []string{"fresh", "backup-turned-off", "stale", "icloud-storage-full", "not-trusted", "backup-expired-180-days", "device-storage-low", "signed-out"}

// hear sends pages an event about one device.
func hear(s *Pages, what, udid, slot, name, state string) {
	s.Hear(report.Event{Type: what, At: noon, UDID: udid, Slot: slot, Name: name, State: state})
}

// done tells pages that a device is finished.
func done(s *Pages, d report.Device) {
	s.Hear(report.Event{Type: report.DeviceDone, At: noon, UDID: d.UDID, Slot: d.Slot, Name: d.Name, Device: &d})
}

// fill puts finished devices on a tray, in slots from A1 up.
func fill(t testing.TB, s *Pages, count int) {
	t.Helper()
	kinds := make([]report.Device, len(patients))
	for i, name := range patients {
		kinds[i] = patient(t, name)
	}
	for n := range count {
		d := kinds[n%len(kinds)]
		d.UDID = fmt.Sprintf("00008110-%016X", n)
		d.Slot = fmt.Sprintf("%c%d", 'A'+n/40%26, n%40+1)
		done(s, d)
	}
}

// open makes pages, and fails the test on an error.
func open(t testing.TB, c Config) *Pages {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newPages(t testing.TB) *Pages {
	t.Helper()
	return open(t, Config{Hosts: []string{host}})
}
