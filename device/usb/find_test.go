package usb

import (
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// Above some 29 devices the list is refused, and all are found all the same.
func TestFindManyDevices(t *testing.T) {
	var devices []*sim.Device
	for n := range 40 {
		devices = append(devices, patient(t, "healthy-iphone").Clone(n))
	}
	tray := newTray(t, devices...)
	tray.Faults = []sim.Fault{{Kind: sim.ListRefused}}
	door := serve(t, tray)
	found, err := door.Find(t.Context())
	if err != nil || len(found) != len(devices) {
		t.Fatalf("found %d devices, %v; want %d", len(found), err, len(devices))
	}
	for i, attached := range found {
		if want := devices[i]; attached.UDID != want.UDID() || attached.Location != want.LocationID {
			t.Errorf("device %d is %v, want %s at %d", i, attached, want.UDID(), want.LocationID)
		}
	}
}

// A usbmuxd that pauses while it tells of its devices is waited for, as long as it lists
// more than it has told.
func TestFindWaitsForASlowMux(t *testing.T) {
	var devices []*sim.Device
	for n := range 4 {
		devices = append(devices, patient(t, "healthy-iphone").Clone(n))
	}
	tray := newTray(t, devices...)
	tray.Faults = []sim.Fault{{Kind: sim.Stall, At: "Listen", Seconds: 3 * quietBetween.Seconds()}}
	found, err := serve(t, tray).Find(t.Context())
	if err != nil || len(found) != len(devices) {
		t.Errorf("found %d devices, %v; want %d", len(found), err, len(devices))
	}
}

// Only cables count, and a device that is on Wi-Fi, too, is one device.
func TestFindCables(t *testing.T) {
	both, wireless := patient(t, "healthy-iphone"), patient(t, "healthy-iphone").Clone(1)
	both.Connections = []string{"Network", "USB"}
	wireless.Connections = []string{"Network"}
	found, err := serve(t, newTray(t, both, wireless)).Find(t.Context())
	if err != nil || len(found) != 1 || found[0].UDID != both.UDID() {
		t.Errorf("found %v, %v; want only %s", found, err, both.UDID())
	}
}

// An empty tray is an answer; everything that is not one is an error.
func TestFindErrors(t *testing.T) {
	tests := map[string]struct {
		fault sim.Fault
		want  error // nil: no device, no error
	}{
		"empty":         {sim.Fault{}, nil},
		"garbled":       {sim.Fault{Kind: sim.Garbage, At: "Listen"}, device.Malformed},
		"no answer":     {sim.Fault{Kind: sim.Stall, At: "Listen"}, device.Timeout},
		"cut off":       {sim.Fault{Kind: sim.Truncated, At: "Listen"}, device.Truncated},
		"too long":      {sim.Fault{Kind: sim.Oversized, At: "Listen"}, device.Oversized},
		"bomb":          {sim.Fault{Kind: sim.PlistBomb, At: "Listen"}, device.Hostile},
		"wrong types":   {sim.Fault{Kind: sim.WrongTypes, At: "Listen"}, device.Malformed},
		"missing keys":  {sim.Fault{Kind: sim.MissingKeys, At: "Listen"}, device.Malformed},
		"empty message": {sim.Fault{Kind: sim.Empty, At: "Listen"}, device.Truncated},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tray := newTray(t)
			if test.fault.Kind != "" {
				tray.Faults = []sim.Fault{test.fault}
			}
			door := serve(t, tray)
			door.RequestTimeout = time.Second
			found, err := door.Find(t.Context())
			if len(found) != 0 || !errors.Is(err, test.want) {
				t.Errorf("found %v, %v; want %v", found, err, test.want)
			}
		})
	}
}

// A usbmuxd that never falls silent is not listened to for ever.
func TestFindEndsUnderAFlood(t *testing.T) {
	door := newDoor(t)
	door.RequestTimeout = time.Second
	accept := listenAsMux(t, door)
	var flooding sync.WaitGroup
	defer flooding.Wait()
	flooding.Go(func() {
		mux := accept()
		for { // until it is hung up
			if _, err := mux.Write(muxFrame(t, cameAs(1))); err != nil {
				return
			}
		}
	})
	found, err := door.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Errorf("found %v, %v; want one device", found, err)
	}
}

func TestFindWithoutMux(t *testing.T) {
	for name, address := range map[string]string{
		"no socket":   "unix://" + filepath.Join(t.TempDir(), "nobody"),
		"no listener": "127.0.0.1:" + freePort(t),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Door{Address: address}.Find(t.Context())
			if !errors.Is(err, ErrNoMux) || device.GapOf(err).Reason != device.Unreachable {
				t.Errorf("%v, want %v for %q", err, ErrNoMux, device.Unreachable)
			}
		})
	}
}

// freePort is a port that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestFollow(t *testing.T) {
	attached := func(id int, udid, wire string) safeplist.Dict {
		return safeplist.Dict{"MessageType": "Attached", "DeviceID": uint64(id), "Properties": map[string]any{
			"SerialNumber": udid, "ConnectionType": wire, "LocationID": uint64(7),
		}}
	}
	detached := func(id int) safeplist.Dict {
		return safeplist.Dict{"MessageType": "Detached", "DeviceID": uint64(id)}
	}
	at := func(id uint32, udid string) Attached { return Attached{udid, id, 7} }
	came := func(id uint32, udid string) Change { return Change{Attached: at(id, udid)} }
	went := func(id uint32, udid string) Change { return Change{Attached: at(id, udid), Gone: true} }
	tests := map[string]struct {
		messages []safeplist.Dict
		changes  []Change
		want     []Attached
		err      error
	}{
		"two devices": {
			[]safeplist.Dict{attached(1, "b", "USB"), attached(2, "a", "USB")},
			[]Change{came(1, "b"), came(2, "a")}, []Attached{at(2, "a"), at(1, "b")}, nil,
		},
		"unplugged": {
			[]safeplist.Dict{attached(1, "a", "USB"), detached(1)},
			[]Change{came(1, "a"), went(1, "a")}, nil, nil,
		},
		"plugged in anew": {
			[]safeplist.Dict{attached(1, "a", "USB"), attached(3, "a", "USB")},
			[]Change{came(1, "a"), came(3, "a")}, []Attached{at(3, "a")}, nil,
		},
		"plugged in anew, and told late that it went": {
			[]safeplist.Dict{attached(1, "a", "USB"), attached(3, "a", "USB"), detached(1)},
			[]Change{came(1, "a"), came(3, "a")}, []Attached{at(3, "a")}, nil,
		},
		"plugged in anew, and unplugged": {
			[]safeplist.Dict{attached(1, "a", "USB"), attached(3, "a", "USB"), detached(3)},
			[]Change{came(1, "a"), came(3, "a"), went(3, "a")}, nil, nil,
		},
		"an older entry": {
			[]safeplist.Dict{attached(3, "a", "USB"), attached(1, "a", "USB")},
			[]Change{came(3, "a")}, []Attached{at(3, "a")}, nil,
		},
		"told twice": {
			[]safeplist.Dict{attached(1, "a", "USB"), attached(1, "a", "USB"), detached(1), detached(1)},
			[]Change{came(1, "a"), went(1, "a")}, nil, nil,
		},
		"Wi-Fi comes and goes": {
			[]safeplist.Dict{attached(1, "a", "USB"), attached(2, "a", "Network"), detached(2)},
			[]Change{came(1, "a")}, []Attached{at(1, "a")}, nil,
		},
		"other news":        {[]safeplist.Dict{{"MessageType": "Paired"}}, nil, nil, nil},
		"late refusal":      {[]safeplist.Dict{{"MessageType": "Result", "Number": uint64(4294967295)}}, nil, nil, &MuxError{"Listen", 4294967295}},
		"no properties":     {[]safeplist.Dict{{"MessageType": "Attached", "DeviceID": uint64(1)}}, nil, nil, device.Malformed},
		"no serial number":  {[]safeplist.Dict{attached(1, "", "USB")}, nil, nil, device.Malformed},
		"endless serial":    {[]safeplist.Dict{attached(1, strings.Repeat("a", maxUDID+1), "USB")}, nil, nil, device.Malformed},
		"number of no type": {[]safeplist.Dict{{"MessageType": "Detached", "DeviceID": "1"}}, nil, nil, device.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := map[string]Attached{}
			var changes []Change
			var err error
			for _, message := range test.messages {
				var change Change
				if change, err = follow(found, message); change != (Change{}) {
					changes = append(changes, change)
				}
			}
			if diff := cmp.Diff(test.err, err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, sorted(found)); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
		})
	}
}

// More devices than any computer can have are not remembered.
func TestFollowIsBounded(t *testing.T) {
	found := map[string]Attached{}
	var err error
	for n := 0; n <= maxAttached && err == nil; n++ {
		_, err = follow(found, safeplist.Dict{"MessageType": "Attached", "DeviceID": uint64(n), "Properties": map[string]any{
			"SerialNumber": strconv.Itoa(n), "ConnectionType": "USB",
		}})
	}
	if err != device.Oversized || len(found) != maxAttached {
		t.Errorf("%d devices, %v; want %d, %v", len(found), err, maxAttached, device.Oversized)
	}
}

func TestParseAddress(t *testing.T) {
	tests := map[string]struct{ network, address string }{
		"UNIX:/tmp/mux":             {"unix", "/tmp/mux"},
		"unix:///tmp/mux":           {"unix", "/tmp/mux"},
		"UNIX:///tmp/mux":           {"unix", "/tmp/mux"},
		"unix:relative":             {"unix", "relative"},
		"/tmp/mux":                  {"unix", "/tmp/mux"},
		"tcp://127.0.0.1:27015":     {"tcp", "127.0.0.1:27015"},
		"127.0.0.1:27015":           {"tcp", "127.0.0.1:27015"},
		"[::1]:27015":               {"tcp", "[::1]:27015"},
		"mac.example.org:27015":     {"tcp", "mac.example.org:27015"},
		"":                          {},
		"unix:":                     {},
		"unix://":                   {},
		"host":                      {},
		"host:":                     {},
		"tcp://host":                {},
		"http://host:80://host:80/": {},
	}
	for text, want := range tests {
		network, address, err := ParseAddress(text)
		if network != want.network || address != want.address || (err == nil) != (want.network != "") {
			t.Errorf("ParseAddress(%q) = %q, %q, %v; want %q, %q", text, network, address, err, want.network, want.address)
		}
	}
}
