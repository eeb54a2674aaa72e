package sim_test

import (
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

// A weak hub refuses a connection to one device too many, but not another connection to a device
// already in use, and never one over the network.
func TestWeakHub(t *testing.T) {
	first, second, third := named(t, "healthy-iphone").Clone(1), named(t, "healthy-iphone").Clone(2), named(t, "healthy-iphone").Clone(3)
	third.Connections = []string{"Network"}
	tray := newTray(t, first, second, third)
	tray.Faults = []sim.Fault{{Kind: sim.WeakHub, Count: 1}}
	socket := serve(t, tray)
	answers := func(id int) (close func(), ok bool) {
		t.Helper()
		mux := dial(t, socket)
		tell(t, mux, dict{"MessageType": "Connect", "DeviceID": id, "PortNumber": portNumber(62078)})
		hear(t, mux)
		mux.SetReadDeadline(time.Now().Add(10 * time.Second))
		body := "<?xml version=\"1.0\"?><plist><dict><key>Request</key><string>QueryType</string></dict></plist>"
		_, err := mux.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
		if err == nil {
			_, err = io.ReadFull(mux, make([]byte, 4))
		}
		return func() { mux.Close() }, err == nil
	}
	closeFirst, ok := answers(1)
	if !ok {
		t.Fatal("the first device does not answer")
	}
	if closeAgain, ok := answers(1); !ok {
		t.Error("the first device does not answer on a second connection")
	} else {
		closeAgain()
	}
	if _, ok := answers(2); ok {
		t.Error("the hub bears two devices")
	}
	if _, ok := answers(3); !ok {
		t.Error("a device on the network does not answer")
	}
	closeFirst()
	for range 100 { // the tray needs a moment to notice the disconnect
		if _, ok := answers(2); ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the hub does not recover")
}
