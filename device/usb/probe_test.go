package usb

import (
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// Probe sends requests only to usbmuxd, and only permitted ones.
func TestProbe(t *testing.T) {
	d := clones(t, 4)
	d[1].Faults = []sim.Fault{{Kind: sim.Unpaired}}
	d[2].Connections = []string{"Network"}
	d[3].MuxProperties = map[string]any{"SerialNumber": ""}
	tray := newTray(t, d...)
	mux := serve(t, tray).Probe(t.Context())
	for name, fact := range map[string]device.Fact[bool]{"reached": mux.Reached, "lists": mux.Lists, "has records": mux.HasRecords, "record": mux.Records[d[0].UDID()]} {
		if yes, err := fact.Get(); !yes || err != nil {
			t.Errorf("%s: %v, %v", name, yes, err)
		}
	}
	if _, err := mux.Records[d[1].UDID()].Get(); device.GapOf(err).Reason != device.NeverPaired {
		t.Errorf("pair record of an unpaired device: %v", err)
	}
	if mux.Cables != 2 || mux.Networks != 1 || mux.Malformed != 1 || !mux.Named {
		t.Errorf("%+v", mux)
	}
	for _, request := range tray.Requests() {
		if !slices.Contains(PermittedProbing, request.Service+" "+request.Name) {
			t.Errorf("%v was asked", request)
		}
	}
}

func TestProbeWithoutAnswers(t *testing.T) {
	if _, err := newClient(t).Probe(t.Context()).Reached.Get(); err != (device.Gap{Reason: device.Unreachable, Detail: "missing"}) {
		t.Errorf("no socket: %v", err)
	}
	if _, err := (Client{Address: "127.0.0.1:" + freePort(t)}).Probe(t.Context()).Reached.Get(); device.GapOf(err).Reason != device.Unreachable {
		t.Errorf("no listener: %v", err)
	}
	tray := newTray(t, clones(t, 1)...)
	tray.Faults = []sim.Fault{{Kind: sim.Stall}}
	client := serve(t, tray)
	client.Timeout = time.Second
	mux := client.Probe(t.Context())
	for name, fact := range map[string]device.Fact[bool]{"lists": mux.Lists, "has records": mux.HasRecords} {
		if _, err := fact.Get(); device.GapOf(err).Reason != device.Timeout {
			t.Errorf("%s: %v", name, err)
		}
	}
}
