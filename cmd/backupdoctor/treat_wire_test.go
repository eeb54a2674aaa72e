package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// Trust given in a dialog of usbmuxd is seen. Before that, a person's word does not lead past it.
// The backup that the device had made earlier does not close the repair.
func TestTreatSeesTrust(t *testing.T) {
	t.Parallel()
	d := loadDevice(t.Fatalf, "not-trusted")
	d.Faults = append(d.Faults, sim.Fault{Kind: sim.PairedByMux})
	address, tray := attach(t, d)
	played := tray.Start(t.Context(), d.UDID(), person(t, "await word asked\ntrust\n"+awaitsListener+"\nback-up"))
	p := treated(t, address, t.TempDir(), "-o", "json")
	trust := titleOf(t, remedies.TrustThisComputer)
	for range 2 {
		if title, _ := p.title(); title != trust {
			t.Fatalf("it shows %q, want %q", title, trust)
		}
		p.types("")
		p.reads("it still cannot be read: This computer has no pair record")
	}
	tray.Say("asked")
	p.reads("seen: no longer found: not trusted")
	p.isLed(func(string) { p.types("") })
	if err := <-played; err != nil {
		t.Error(err)
	}
	if repair := p.record(); repair.NewBackup().Before(repair.StartedAt.Truncate(time.Second)) {
		t.Errorf("an earlier backup has closed it: %+v", repair)
	}
	onlyPermitted(t, tray, d)
}

// With --pair the device shows the Trust dialog.
func TestTreatPairs(t *testing.T) {
	t.Parallel()
	d := loadDevice(t.Fatalf, "icloud-backup-off")
	d.Faults = []sim.Fault{{Kind: sim.Unpaired}, {Kind: sim.TrustPending, Count: 1000}}
	address, tray := attach(t, d)
	played := tray.Start(t.Context(), d.UDID(), person(t, "await request lockdown Pair\ntrust\n"+awaitsListener+"\nback-up"))
	p := treated(t, address, t.TempDir(), "--pair")
	p.reads("tap Trust")
	p.isLed(func(string) { p.types("") })
	if err := <-played; err != nil {
		t.Error(err)
	}
	onlyPermitted(t, tray, d, usb.PermittedPair)
}

// The cable is pulled at each step, and while treat listens and copies, and plugged in again: treat
// goes on where it was, and nothing that was done is asked for twice.
func TestTreatWithoutTheCable(t *testing.T) {
	d := loadDevice(t.Fatalf, "icloud-full")
	d.Log = nil
	address, tray := attach(t, d)
	pulled := "\nunplug\nplug\n"
	played := tray.Start(t.Context(), d.UDID(), person(t, awaitsListener+pulled+awaitsListener+"\nback-up 303 CKErrorDomain(25)\n"+
		"await request mobilebackup2 connect"+pulled+awaitsListener+pulled+awaitsListener+"\nback-up"))
	p := treated(t, address, t.TempDir(), "-o", "json")
	count := 0
	p.isLed(func(title string) {
		count++
		if title == titleOf(t, remedies.ComputerBackup) { // the person pulls the cable once the copy has begun
			p.types("")
			return
		}
		hand := tray.Start(t.Context(), d.UDID(), person(t, "unplug\nawait word plug\nplug"))
		for len(tray.UDIDs()) > 0 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		without := count%2 == 1
		if without { // the step is confirmed with the cable out
			p.types("")
			p.reads("it is not attached: plug it in again")
		}
		tray.Say("plug")
		if err := <-hand; err != nil {
			t.Fatal(err)
		}
		if !without {
			p.types("")
		}
	})
	if err := <-played; err != nil {
		t.Error(err)
	}
	var done, kinds []string
	for _, e := range p.record().Events {
		if e.Kind == string(device.RepairConfirmed) || e.Kind == string(device.RepairSeen) {
			done = append(done, e.Remedy)
		}
		kinds = append(kinds, e.Kind)
	}
	if once := slices.Compact(slices.Sorted(slices.Values(done))); len(once) != len(done) || len(done) < 4 {
		t.Errorf("done: %v", done)
	}
	for _, kind := range []device.RepairEventKind{device.RepairNotCopied, device.RepairCopied, device.RepairFailed, device.RepairBackedUp} {
		if !slices.Contains(kinds, string(kind)) {
			t.Errorf("no event %q: %v", kind, kinds)
		}
	}
	if text := p.stderr.all(); strings.Count(text, "waiting for it to come back") < 2 {
		t.Errorf("it does not wait for the device while it listens:\n%s", text)
	}
	onlyPermitted(t, tray, d, usb.PermittedBackup)
}
