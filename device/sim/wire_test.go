package sim_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

type dict = map[string]any

// tell sends a message to the mux.
func tell(t *testing.T, mux net.Conn, message dict) {
	t.Helper()
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		t.Fatal(err)
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(16+len(body)))
	head = append(head, 1, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0) // version, type, tag
	if _, err := mux.Write(append(head, body...)); err != nil {
		t.Fatal(err)
	}
}

// hear reads a message from the mux.
func hear(t *testing.T, mux net.Conn) dict {
	t.Helper()
	mux.SetReadDeadline(time.Now().Add(10 * time.Second))
	var head [4]uint32
	if err := binary.Read(mux, binary.LittleEndian, &head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, head[0]-16)
	if _, err := io.ReadFull(mux, body); err != nil {
		t.Fatal(err)
	}
	return decode[dict](t, body)
}

// askMux sends a message on a new connection and returns the reply.
func askMux(t *testing.T, socket string, message dict) dict {
	t.Helper()
	mux := dial(t, socket)
	tell(t, mux, message)
	return hear(t, mux)
}

// portNumber returns a port in usbmux byte order.
func portNumber(port uint16) uint16 { return port<<8 | port>>8 }

// lockdown connects to lockdownd of the first device without a session.
func lockdown(t *testing.T, socket string) net.Conn {
	t.Helper()
	mux := dial(t, socket)
	tell(t, mux, dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": portNumber(62078)})
	if reply := hear(t, mux); reply["Number"] != uint64(0) {
		t.Fatalf("Connect = %v", reply)
	}
	return mux
}

func askLockdown(t *testing.T, conn net.Conn, request dict) {
	t.Helper()
	body, err := plist.Marshal(request, plist.XMLFormat)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)); err != nil {
		t.Fatal(err)
	}
}

// replyOf sends a request to lockdownd and returns its reply.
func replyOf(t *testing.T, conn net.Conn, request dict) dict {
	t.Helper()
	askLockdown(t, conn, request)
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var length uint32
	if err := binary.Read(conn, binary.BigEndian, &length); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	return decode[dict](t, body)
}

func TestListenTellsOfComingAndGoing(t *testing.T) {
	first := named(t, "healthy-iphone")
	second := first.Clone(2)
	tray := newTray(t, first)
	mux := dial(t, serve(t, tray))
	tell(t, mux, dict{"MessageType": "Listen"})
	if reply := hear(t, mux); reply["Number"] != uint64(0) {
		t.Fatalf("Listen = %v", reply)
	}
	if event := hear(t, mux); event["MessageType"] != "Attached" || event["Properties"].(dict)["SerialNumber"] != first.UDID() {
		t.Errorf("for the device that was there: %v", event)
	}
	if err := tray.Attach(second); err != nil {
		t.Fatal(err)
	}
	if event := hear(t, mux); event["MessageType"] != "Attached" || event["Properties"].(dict)["SerialNumber"] != second.UDID() {
		t.Errorf("for the device that came: %v", event)
	}
	tray.Detach(first.UDID())
	if diff := cmp.Diff(dict{"MessageType": "Detached", "DeviceID": uint64(1)}, hear(t, mux)); diff != "" {
		t.Errorf("for the device that went (-want +got)\n%s", diff)
	}
}

// listens subscribes to the announcements of a mux.
func listens(t *testing.T, socket string) net.Conn {
	t.Helper()
	mux := dial(t, socket)
	tell(t, mux, dict{"MessageType": "Listen"})
	if reply := hear(t, mux); reply["Number"] != uint64(0) {
		t.Fatalf("Listen = %v", reply)
	}
	return mux
}

// news returns a short description of an event.
func news(event dict) string { return fmt.Sprint(event["MessageType"], " ", event["DeviceID"]) }

// hearAll reads events and compares them with want.
func hearAll(t *testing.T, mux net.Conn, want ...string) {
	t.Helper()
	var got []string
	for range want {
		got = append(got, news(hear(t, mux)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("heard (-want +got)\n%s", diff)
	}
}

func TestReenumerateTellsOnlyThatItCame(t *testing.T) {
	device := named(t, "healthy-iphone")
	tray := newTray(t, device)
	socket := serve(t, tray)
	mux, before := listens(t, socket), lockdown(t, socket)
	hearAll(t, mux, "Attached 1")
	if err := tray.Reenumerate(device.UDID()); err != nil {
		t.Fatal(err)
	}
	hearAll(t, mux, "Attached 2")
	before.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := before.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("its connection goes on: %v", err)
	}
	if reply := askMux(t, socket, dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": portNumber(62078)}); reply["Number"] != uint64(2) {
		t.Errorf("Connect to the old number = %v", reply)
	}
	tray.Detach(device.UDID())
	hearAll(t, mux, "Detached 2")
}

// Serving a tray again simulates a restart of usbmuxd.
func TestServeNumbersAnew(t *testing.T) {
	first := named(t, "healthy-iphone")
	tray, socket := newTray(t, first, first.Clone(1)), newSocket(t)
	crash := start(t, tray, socket)
	hearAll(t, listens(t, socket), "Attached 1", "Attached 2")
	crash()
	tray.Detach(first.UDID())
	defer start(t, tray, socket)()
	hearAll(t, listens(t, socket), "Attached 1")
}

func TestHangUpEndsListening(t *testing.T) {
	tray := newTray(t, named(t, "healthy-iphone"))
	tray.Faults = []sim.Fault{{Kind: sim.HangUp, Count: 2}}
	mux := listens(t, serve(t, tray))
	hearAll(t, mux, "Attached 1")
	if err := tray.Attach(named(t, "healthy-iphone").Clone(1)); err != nil {
		t.Fatal(err)
	}
	hearAll(t, mux, "Attached 2")
	mux.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := mux.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after two events: %v", err)
	}
}

func TestGhostsComeWithEveryEvent(t *testing.T) {
	device := named(t, "healthy-iphone")
	tray := newTray(t, device)
	tray.Faults = []sim.Fault{{Kind: sim.Ghosts}}
	mux := listens(t, serve(t, tray))
	hearAll(t, mux, "Attached 1", "Attached 1", "Paired 1", "Detached 1073741824")
	tray.Detach(device.UDID())
	hearAll(t, mux, "Detached 1", "Detached 1", "Paired 1", "Detached 1073741824")
}

func TestAttachRefusesAUDIDThatIsThere(t *testing.T) {
	device := named(t, "healthy-iphone")
	if err := newTray(t, device).Attach(device); err == nil {
		t.Error("a tray took the same device twice")
	}
}

func TestTheListIsRefusedAbove29Devices(t *testing.T) {
	device := named(t, "healthy-iphone")
	tray := newTray(t, device)
	tray.Faults = []sim.Fault{{Kind: sim.ListRefused}}
	socket := serve(t, tray)
	for n := range 28 {
		if err := tray.Attach(device.Clone(n)); err != nil {
			t.Fatal(err)
		}
	}
	if list, _ := askMux(t, socket, dict{"MessageType": "ListDevices"})["DeviceList"].([]any); len(list) != 29 {
		t.Errorf("of 29 devices %d are listed", len(list))
	}
	if err := tray.Attach(device.Clone(28)); err != nil {
		t.Fatal(err)
	}
	if reply := askMux(t, socket, dict{"MessageType": "ListDevices"}); reply["Number"] != uint64(4294967295) {
		t.Errorf("for 30 devices: %v", reply)
	}
}

func TestADeviceOnUSBAndWiFiIsListedTwice(t *testing.T) {
	device := named(t, "false-alarm")
	list := askMux(t, serve(t, newTray(t, device)), dict{"MessageType": "ListDevices"})["DeviceList"].([]any)
	var got []string
	for _, entry := range list {
		properties := entry.(dict)["Properties"].(dict)
		got = append(got, fmt.Sprint(properties["ConnectionType"], " ", properties["SerialNumber"]))
	}
	if diff := cmp.Diff([]string{"USB " + device.UDID(), "Network " + device.UDID()}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheMuxAnswersWithItsNumbers(t *testing.T) {
	socket := serve(t, newTray(t, named(t, "not-trusted")))
	for name, test := range map[string]struct {
		request dict
		want    uint64
	}{
		"a message it does not know":     {dict{"MessageType": "Nonsense"}, 1},
		"a device that is not there":     {dict{"MessageType": "Connect", "DeviceID": 9, "PortNumber": portNumber(62078)}, 2},
		"a pair record that is not kept": {dict{"MessageType": "ReadPairRecord", "PairRecordID": "unknown"}, 2},
		"a port nobody opened":           {dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": portNumber(49152)}, 3},
		"a port in the wrong byte order": {dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": 62078}, 3},
	} {
		if reply := askMux(t, socket, test.request); reply["Number"] != test.want {
			t.Errorf("%s: %v, want %d", name, reply, test.want)
		}
	}
}

func TestPairRecordsAreKeptAndDropped(t *testing.T) {
	socket := serve(t, newTray(t))
	id := dict{"PairRecordID": "some device"}
	with := func(message string, more dict) dict {
		request := dict{"MessageType": message, "PairRecordID": id["PairRecordID"]}
		for key, value := range more {
			request[key] = value
		}
		return request
	}
	if reply := askMux(t, socket, with("SavePairRecord", dict{"PairRecordData": []byte("record")})); reply["Number"] != uint64(0) {
		t.Errorf("SavePairRecord = %v", reply)
	}
	if reply := askMux(t, socket, with("ReadPairRecord", nil)); string(reply["PairRecordData"].([]byte)) != "record" {
		t.Errorf("ReadPairRecord = %v", reply)
	}
	if reply := askMux(t, socket, with("DeletePairRecord", nil)); reply["Number"] != uint64(0) {
		t.Errorf("DeletePairRecord = %v", reply)
	}
	if reply := askMux(t, socket, with("ReadPairRecord", nil)); reply["Number"] != uint64(2) {
		t.Errorf("ReadPairRecord of a dropped record = %v", reply)
	}
}

func TestUntrustedComputersReadLittle(t *testing.T) {
	conn := lockdown(t, serve(t, newTray(t, named(t, "healthy-iphone"))))
	read, _ := replyOf(t, conn, dict{"Request": "GetValue"})["Value"].(dict)
	if read["DeviceName"] != "Ada’s iPhone" || read["ProductVersion"] != "26.6.1" {
		t.Errorf("untrusted computers read %v", read)
	}
	for _, private := range []string{"PhoneNumber", "SerialNumber", "InternationalMobileEquipmentIdentity", "NonVolatileRAM", "TimeZone"} {
		if _, ok := read[private]; ok {
			t.Errorf("untrusted computers read %s", private)
		}
		if reply := replyOf(t, conn, dict{"Request": "GetValue", "Key": private}); reply["Error"] != "GetProhibited" {
			t.Errorf("without a session, asking for %s: %v", private, reply)
		}
	}
	if reply := replyOf(t, conn, dict{"Request": "GetValue", "Domain": "com.apple.mobile.backup"}); reply["Error"] != "GetProhibited" {
		t.Errorf("without a session, asking for a domain: %v", reply)
	}
	if reply := replyOf(t, conn, dict{"Request": "StartService", "Service": "com.apple.afc"}); reply["Error"] != "SessionInactive" {
		t.Errorf("without a session, asking for a service: %v", reply)
	}
}

// untrusted is a computer that the device has never seen.
var untrusted = dict{"HostID": "A0000000-0000-0000-0000-000000000000", "SystemBUID": "B"}

func TestTrustFaultsAnswerPairing(t *testing.T) {
	for kind, want := range map[sim.Kind]string{
		sim.Denied:           "UserDeniedPairing",
		sim.PairingForbidden: "MCProtected",
		sim.Locked:           "PasswordProtected",
		sim.Unpaired:         "InvalidPairRecord", // trusted at once, except that its certificates are missing
	} {
		device := named(t, "healthy-iphone")
		device.Faults = []sim.Fault{{Kind: kind}}
		conn := lockdown(t, serve(t, newTray(t, device)))
		if reply := replyOf(t, conn, dict{"Request": "Pair", "PairRecord": untrusted}); reply["Error"] != want {
			t.Errorf("%s: Pair = %v, want %s", kind, reply, want)
		}
		if reply := replyOf(t, conn, dict{"Request": "StartSession", "HostID": untrusted["HostID"]}); reply["Error"] != "InvalidHostID" {
			t.Errorf("%s: StartSession = %v", kind, reply)
		}
	}
}

func TestTheTrustDialogIsPendingForSomeTries(t *testing.T) {
	device := named(t, "healthy-iphone")
	device.Faults = []sim.Fault{{Kind: sim.TrustPending, Count: 2}}
	conn := lockdown(t, serve(t, newTray(t, device)))
	var got []any
	for range 3 {
		got = append(got, replyOf(t, conn, dict{"Request": "Pair", "PairRecord": untrusted})["Error"])
	}
	want := []any{"PairingDialogResponsePending", "PairingDialogResponsePending", "InvalidPairRecord"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each reply fault is checked as raw bytes: the header and how much follows.
func TestFaultsOfAReply(t *testing.T) {
	whole := wholeReply(t, sim.Fault{})
	half := 4 + (len(whole)-4)/2
	for _, test := range []struct {
		fault sim.Fault
		check func(raw []byte) error
	}{
		{sim.Fault{Kind: sim.Refused, Error: "GetProhibited"}, contains("<key>Error</key><string>GetProhibited</string>")},
		{sim.Fault{Kind: sim.Truncated}, equals(whole[:half])},
		{sim.Fault{Kind: sim.HalfStall}, equals(whole[:half])},
		{sim.Fault{Kind: sim.Trickle, Seconds: 0.0001}, equals(whole)},
		{sim.Fault{Kind: sim.Stall}, equals(nil)},
		{sim.Fault{Kind: sim.Stall, Seconds: 0.01}, equals(whole)},
		{sim.Fault{Kind: sim.Reset, Count: 10}, equals(whole[:10])},
		{sim.Fault{Kind: sim.Detach}, equals(nil)},
		{sim.Fault{Kind: sim.Oversized}, equals(append([]byte{0x80, 0, 0, 0}, whole[4:]...))},
		{sim.Fault{Kind: sim.Garbage}, equals([]byte("\x00\x00\x00\x07garbage"))},
		{sim.Fault{Kind: sim.Empty}, equals([]byte{0, 0, 0, 0})},
		{sim.Fault{Kind: sim.BinaryPlist}, contains("bplist00")},
		{sim.Fault{Kind: sim.WrongTypes}, contains("<key>Value</key><array><string>iPhone17,3</string></array>")},
		{sim.Fault{Kind: sim.MissingKeys}, lacks("<key>Value</key>")},
		{sim.Fault{Kind: sim.PlistBomb}, shorterThan(400)},
		{sim.Fault{Kind: sim.DeepXML}, contains(strings.Repeat("<array>", 900_000))},
		{sim.Fault{Kind: sim.Garbage, At: "root/DeviceName"}, equals(whole)}, // applies elsewhere
	} {
		t.Run(fmt.Sprint(test.fault), func(t *testing.T) {
			if test.fault.At == "" {
				test.fault.At = "root"
			}
			if err := test.check(wholeReply(t, test.fault)); err != nil {
				t.Error(err)
			}
		})
	}
}

// wholeReply returns all bytes that a faulty device sends in reply to a single request.
func wholeReply(t *testing.T, fault sim.Fault) []byte {
	t.Helper()
	device := named(t, "healthy-iphone")
	if fault.Kind != "" {
		device.Faults = []sim.Fault{fault}
	}
	conn := lockdown(t, serve(t, newTray(t, device)))
	askLockdown(t, conn, dict{"Request": "GetValue", "Key": "ProductType"})
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func equals(want []byte) func([]byte) error {
	return func(got []byte) error {
		if !bytes.Equal(want, got) {
			return fmt.Errorf("%d bytes %q\nwant %d bytes %q", len(got), got, len(want), want)
		}
		return nil
	}
}

func contains(want string) func([]byte) error {
	return func(got []byte) error {
		if !bytes.Contains(got, []byte(want)) {
			return fmt.Errorf("%.200q lacks %.200q", got, want)
		}
		return nil
	}
}

func lacks(what string) func([]byte) error {
	return func(got []byte) error {
		if len(got) == 0 || bytes.Contains(got, []byte(what)) {
			return fmt.Errorf("%q has %q", got, what)
		}
		return nil
	}
}

func shorterThan(length int) func([]byte) error {
	return func(got []byte) error {
		if len(got) >= length {
			return fmt.Errorf("%d bytes", len(got))
		}
		return contains("bplist00")(got)
	}
}

func TestFaultsOfTheMux(t *testing.T) {
	tray := newTray(t, named(t, "healthy-iphone"))
	tray.Faults = []sim.Fault{{Kind: sim.Garbage, At: "ListDevices"}}
	socket := serve(t, tray)
	mux := dial(t, socket)
	tell(t, mux, dict{"MessageType": "ListDevices"})
	reply := make([]byte, 16+len("garbage"))
	mux.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadFull(mux, reply); err != nil {
		t.Fatal(err)
	}
	if reply[0] != byte(len(reply)) || string(reply[16:]) != "garbage" {
		t.Errorf("ListDevices = %q", reply)
	}
	if reply := askMux(t, socket, dict{"MessageType": "ReadBUID"}); reply["BUID"] == nil {
		t.Errorf("ReadBUID = %v", reply)
	}
}

func TestDetachEndsTheConnectionsOfThatDeviceOnly(t *testing.T) {
	device := named(t, "healthy-iphone")
	other := device.Clone(2)
	tray := newTray(t, other, device) // the other one is device 1
	socket := serve(t, tray)
	kept := lockdown(t, socket)
	mux := dial(t, socket)
	tell(t, mux, dict{"MessageType": "Connect", "DeviceID": 2, "PortNumber": portNumber(62078)})
	hear(t, mux)
	tray.Detach(device.UDID())
	mux.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := mux.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("from the detached device: %d bytes, %v", n, err)
	}
	if reply := replyOf(t, kept, dict{"Request": "QueryType"}); reply["Type"] != "com.apple.mobile.lockdown" {
		t.Errorf("from the other device: %v", reply)
	}
}

func TestRequestsAreKeptInOrder(t *testing.T) {
	device := named(t, "healthy-iphone")
	tray := newTray(t, device)
	conn := lockdown(t, serve(t, tray))
	replyOf(t, conn, dict{"Request": "QueryType"})
	replyOf(t, conn, dict{"Request": "GetValue", "Domain": "com.apple.fmip", "Key": "IsAssociated"})
	want := []sim.Request{
		{Service: "usbmux", Name: "Connect"},
		{Service: "lockdown", Name: "QueryType", UDID: device.UDID()},
		{Service: "lockdown", Name: "GetValue com.apple.fmip/IsAssociated", UDID: device.UDID()},
	}
	if diff := cmp.Diff(want, tray.Requests()); diff != "" {
		t.Error(diff)
	}
}

// Serve ends with its context, whatever its clients are doing.
func TestServeLeavesNothingRunning(t *testing.T) {
	device := named(t, "healthy-iphone")
	device.Faults = []sim.Fault{{Kind: sim.Stall, At: "QueryType"}}
	device.Latency = time.Millisecond
	tray := newTray(t, device)
	before := runtime.NumGoroutine()
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- tray.Serve(ctx, listener) }()
	open := func() net.Conn {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	open() // says nothing
	listening := open()
	tell(t, listening, dict{"MessageType": "Listen"})
	hear(t, listening)
	stalled := open()
	tell(t, stalled, dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": portNumber(62078)})
	hear(t, stalled)
	askLockdown(t, stalled, dict{"Request": "QueryType"})
	for len(tray.Requests()) < 3 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("still running:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// When Serve has returned, its address is free, also if a client connects as its context ends.
func TestServeFreesItsAddress(t *testing.T) {
	tray := newTray(t)
	address := "unix://" + newSocket(t)
	for range 200 {
		listener, err := sim.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error)
		go func() { served <- tray.Serve(ctx, listener) }()
		go cancel()
		if conn, err := net.Dial("unix", listener.Addr().String()); err == nil {
			conn.Close()
		}
		if err := <-served; err != nil {
			t.Fatal(err)
		}
	}
}
