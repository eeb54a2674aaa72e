package report

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// TestOrder shuffles devices and checks that they are sorted back.
func TestOrder(t *testing.T) {
	of := func(verdict checks.Verdict, slot, location string) Device {
		return Device{Verdict: string(verdict), Slot: slot, Location: location}
	}
	partly := of(checks.BackedUp, "0", "")
	partly.Incomplete = true
	want := []Device{
		of(checks.Failing, "2", ""), of(checks.Failing, "10", ""), of(checks.Failing, "A2", ""), of(checks.Failing, "A10", ""),
		of(checks.Failing, "", "3-1.2"), of(checks.Failing, "", "3-1.10"), of(checks.Failing, "", ""),
		of(checks.AtRisk, "1", ""), of(checks.NoCauseFound, "1", ""), of(checks.NotExamined, "1", ""),
		partly, of("made-up", "7", ""),
		of(checks.Suppressed, "1", ""), of(checks.BackedUp, "1", ""), of(checks.BackedUp, "3", ""),
	}
	for seed := range uint64(50) {
		devices := slices.Clone(want)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(devices), func(i, j int) { devices[i], devices[j] = devices[j], devices[i] })
		if got := ordered(devices, OfDevices); !slices.EqualFunc(got, want, sameDevice) {
			t.Fatalf("seed %d: %s", seed, namesOf(got))
		}
	}
}

// In a report about backups broken ones come first, except archived copies next to another
// backup.
func TestOrderOfBackups(t *testing.T) {
	of := func(slot string, backups ...Backup) Device { return Device{Slot: slot, Backups: backups} }
	whole, broken, open := Backup{Verdict: string(device.Whole)}, Backup{Verdict: string(device.Broken)}, Backup{Verdict: string(device.CannotTell)}
	archived := broken
	archived.Archived = true
	got := ordered([]Device{of("1", whole, archived), of("2", open), of("3", whole, broken), of("4", Backup{Verdict: "made-up"})}, OfBackups)
	if want := "3 2 4 1"; namesOf(got) != want {
		t.Errorf("%s, want %s", namesOf(got), want)
	}
}

func sameDevice(a, b Device) bool {
	return a.Verdict == b.Verdict && a.Slot == b.Slot && a.Location == b.Location
}

func namesOf(devices []Device) string {
	return strings.Join(convert(devices, func(d Device) string { return d.Slot + d.Location }), " ")
}
