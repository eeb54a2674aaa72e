package usb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// Above about 29 devices the list is refused, but all devices are found.
func TestFindManyDevices(t *testing.T) {
	var devices []*sim.Device
	for n := range 40 {
		devices = append(devices, patient(t, "healthy-iphone").Clone(n))
	}
	tray := newTray(t, devices...)
	tray.Faults = []sim.Fault{{Kind: sim.ListRefused}}
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil || len(found) != len(devices) {
		t.Fatalf("found %d devices, %v; want %d", len(found), err, len(devices))
	}
	for i, attached := range found {
		if want := devices[i]; attached.UDID != want.UDID() || attached.Location != want.LocationID {
			t.Errorf("device %d is %v, want %s at %d", i, attached, want.UDID(), want.LocationID)
		}
	}
}

// If usbmuxd pauses between announcements, Discover waits as long as the list has more devices
// than were announced.
func TestFindWaitsForASlowMux(t *testing.T) {
	var devices []*sim.Device
	for n := range 4 {
		devices = append(devices, patient(t, "healthy-iphone").Clone(n))
	}
	tray := newTray(t, devices...)
	tray.Faults = []sim.Fault{{Kind: sim.Stall, At: "Listen", Seconds: 1.5 * silenceAtEnd.Seconds()}}
	found, err := serve(t, tray).Find(t.Context())
	if err != nil || len(found) != len(devices) {
		t.Errorf("found %d devices, %v; want %d", len(found), err, len(devices))
	}
}

// Find lists only USB devices; Discover lists network devices after them, and a device on both is
// one device.
func TestFindCables(t *testing.T) {
	both, wireless := patient(t, "healthy-iphone"), patient(t, "healthy-iphone").Clone(1)
	both.Connections = []string{"Network", "USB"}
	wireless.Connections = []string{"Network"}
	client := serve(t, newTray(t, wireless, both))
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 || found[0].UDID != both.UDID() {
		t.Errorf("found %v, %v; want only %s", found, err, both.UDID())
	}
	all, err := client.Discover(t.Context(), func(Change) {})
	want := []Attached{
		{both.UDID(), 3, both.LocationID, device.USB},
		{wireless.UDID(), 1, 0, device.Network},
	}
	if diff := cmp.Diff(want, all.Devices); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// setSilenceAtEnd sets silenceAtEnd for a test that is not parallel, and its subtests.
func setSilenceAtEnd(t *testing.T, silence time.Duration) {
	usual := silenceAtEnd
	t.Cleanup(func() { silenceAtEnd = usual })
	silenceAtEnd = silence
}

// The list, not a wait, marks completion: with a list, all devices are found at once, and an
// empty tray is recognized at once.
func TestDiscoverDoesNotWait(t *testing.T) {
	setSilenceAtEnd(t, time.Hour)
	for count := range 3 {
		client := serve(t, newTray(t, clones(t, count)...))
		client.Timeout, client.RequestTimeout = time.Hour, time.Hour
		found, err := client.Discover(t.Context(), func(Change) {})
		if err != nil || len(found.Devices) != count {
			t.Errorf("found %v, %v; want %d devices", found, err, count)
		}
	}
}

// Announcements or the list suffice if the other fails. An empty result must be confirmed by
// both.
func TestDiscoverByOneWay(t *testing.T) {
	for name, fault := range map[string]sim.Fault{
		"the list is refused":           {Kind: sim.ListRefused, Count: -1},
		"the list is cut off":           {Kind: sim.Truncated, At: "ListDevices"},
		"the list is garbled":           {Kind: sim.Garbage, At: "ListDevices"},
		"the list lacks its keys":       {Kind: sim.MissingKeys, At: "ListDevices"},
		"the list is not answered":      {Kind: sim.Stall, At: "ListDevices"},
		"listening is hung up on":       {Kind: sim.Reset, At: "Listen"},
		"listening is not answered":     {Kind: sim.Stall, At: "Listen"},
		"listening is garbled":          {Kind: sim.Garbage, At: "Listen"},
		"nothing is announced":          {Kind: sim.Stall, At: "Attached"},
		"what is announced is cut":      {Kind: sim.MissingKeys, At: "Attached"},
		"every announcement comes late": {Kind: sim.Stall, At: "Attached", Seconds: 0.3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tray := newTray(t, clones(t, 2)...)
			tray.Faults = []sim.Fault{fault}
			client := serve(t, tray)
			if fallsSilent(fault) {
				client.RequestTimeout = 3 * time.Second
			}
			found, err := client.Discover(t.Context(), func(Change) {})
			if err != nil || len(found.Devices) != 2 {
				t.Errorf("found %v, %v; want 2 devices", found, err)
			}
		})
	}
}

// An unresponsive usbmuxd does not delay the result beyond the timeout for one device.
func TestDiscoverIsBoundedByTheTimeout(t *testing.T) {
	tray := newTray(t, clones(t, 1)...)
	tray.Faults = []sim.Fault{{Kind: sim.Stall}}
	client := serve(t, tray)
	client.Timeout = 500 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // of the default 5 s for a response
	defer cancel()
	if _, err := client.Discover(ctx, func(Change) {}); err == nil || ctx.Err() != nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}

// Every device is announced before the listing is complete.
func TestDiscoverAnnounces(t *testing.T) {
	client := serve(t, newTray(t, clones(t, 5)...))
	var announced []Attached
	found, err := client.Discover(t.Context(), func(c Change) { announced = append(announced, c.Attached) })
	slices.SortFunc(announced, compareAttached)
	if diff := cmp.Diff(found.Devices, announced); diff != "" || err != nil || len(announced) != 5 {
		t.Errorf("%v (-found +announced):\n%s", err, diff)
	}
}

// A message that is still arriving is no silence, however slowly it arrives.
func TestDiscoverWaitsForTheRestOfAMessage(t *testing.T) {
	t.Parallel()
	tray := newTray(t, clones(t, 2)...)
	tray.Faults = []sim.Fault{{Kind: sim.ListRefused, Count: -1}, {Kind: sim.Trickle, At: "Attached", Seconds: 0.004}}
	client := serve(t, tray)
	client.Timeout, client.RequestTimeout = 2*time.Minute, time.Minute
	found, err := client.Discover(t.Context(), func(Change) {})
	if err != nil || len(found.Devices) != 2 {
		t.Errorf("found %v, %v; want 2 devices", found, err)
	}
}

// If the announcements fail or are invalid, the list is used and this is reported; if the list is
// refused too, the devices already announced are kept.
func TestDiscoverOutlivesBrokenNews(t *testing.T) {
	setSilenceAtEnd(t, time.Minute)
	for name, broken := range map[string]sim.Fault{
		"hung up":                  {Kind: sim.HangUp, Count: 1},
		"a late refusal":           {Kind: sim.Numbered, At: "Attached", After: 1, Count: 3},
		"a refusal of no number":   {Kind: sim.Numbered, At: "Attached", After: 1, Count: -1},
		"a length of nothing":      {Kind: sim.Undersized, At: "Attached", After: 1},
		"a bomb":                   {Kind: sim.PlistBomb, At: "Attached", After: 1},
		"a frame of nonsense":      {Kind: sim.Garbage, At: "Attached", After: 1},
		"a frame of no dictionary": {Kind: sim.NoDict, At: "Attached", After: 1},
		"a frame of nothing":       {Kind: sim.Empty, At: "Attached", After: 1},
		"cut off":                  {Kind: sim.Truncated, At: "Attached", After: 1},
	} {
		for _, refused := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, list refused %v", name, refused), func(t *testing.T) {
				t.Parallel()
				tray := newTray(t, clones(t, 3)...)
				tray.Faults = []sim.Fault{broken}
				want := 3
				if refused {
					tray.Faults = append(tray.Faults, sim.Fault{Kind: sim.ListRefused, Count: -1})
					want = 1
				}
				found, err := serve(t, tray).Discover(t.Context(), func(Change) {})
				if len(found.Devices) != want || (err != nil) != refused || (found.Broken != nil) == refused {
					t.Errorf("found %v, broken off for %v, %v; want %d devices", found.Devices, found.Broken, err, want)
				}
			})
		}
	}
}

// If the list has invalid entries or lacks announced devices, Discover waits for announcements,
// but not as long as a response may take.
func TestDiscoverWaitsForWhatAnOddListLacks(t *testing.T) {
	for name, odd := range map[string]sim.Fault{
		"one odd":            {Kind: sim.OddEntry},
		"all odd":            {Kind: sim.OddEntry, Count: 3},
		"no dictionaries":    {Kind: sim.OddValue, At: "ListDevices", Key: "DeviceList", Error: "<array><string>a</string><integer>5</integer><array/></array>"},
		"one is missing":     {Kind: sim.Unlisted},
		"one is there twice": {Kind: sim.ListedTwice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tray := newTray(t, clones(t, 3)...)
			tray.Faults = []sim.Fault{odd, {Kind: sim.Stall, At: "Attached", Seconds: 0.05}} // the list comes first
			client := serve(t, tray)
			client.Timeout, client.RequestTimeout = 2*time.Minute, time.Minute
			found, err := client.Discover(t.Context(), func(Change) {})
			if err != nil || len(found.Devices) != 3 {
				t.Errorf("found %v, %v; want 3 devices", found.Devices, err)
			}
		})
	}
}

// An entry that cannot be parsed affects nothing else and is counted.
func TestDiscoverCountsMalformedEntries(t *testing.T) {
	d := clones(t, 3)
	d[1].MuxProperties = map[string]any{"SerialNumber": ""}
	found, err := serve(t, newTray(t, d...)).Discover(t.Context(), func(Change) {})
	if err != nil || len(found.Devices) != 2 || found.Malformed != 1 {
		t.Errorf("found %v, %v; want 2 devices, and one entry not understood", found, err)
	}
}

// A response with another tag belongs to another request.
func TestAnswersHaveTheirTag(t *testing.T) {
	tray := newTray(t, patient(t, "not-trusted"))
	tray.Faults = []sim.Fault{{Kind: sim.StrayReply}}
	client := serve(t, tray)
	mux, err := client.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer mux.Close()
	for range 2 {
		got, err := mux.askMux(t.Context(), muxRequest{MessageType: "ReadBUID"})
		if text, _ := got.Text("BUID"); err != nil || text == "" {
			t.Errorf("%v, %v; want the answer with the request's tag", got, err)
		}
	}
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	if _, err := client.Read(t.Context(), found[0], 0).Live.Trusted.Get(); !errors.Is(err, device.NeverPaired) {
		t.Errorf("trust unknown for %v, want %v", err, device.NeverPaired)
	}
}

// An empty tray is a valid result; anything invalid is an error.
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
			client := serve(t, tray)
			if fallsSilent(test.fault) {
				client.RequestTimeout = time.Second
			}
			found, err := client.Find(t.Context())
			if len(found) != 0 || !errors.Is(err, test.want) {
				t.Errorf("found %v, %v; want %v", found, err, test.want)
			}
		})
	}
}

// Discover ends even if usbmuxd never falls silent.
func TestFindEndsUnderAFlood(t *testing.T) {
	client := newClient(t)
	client.RequestTimeout = time.Second
	accept := listenAsMux(t, client)
	var flooding sync.WaitGroup
	defer flooding.Wait()
	flooding.Go(func() {
		mux := accept()
		for { // until the connection is closed
			if _, err := mux.Write(frameOf(t, 0, cameAs(1))); err != nil {
				return
			}
		}
	})
	found, err := client.Find(t.Context())
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
			_, err := Client{Address: address}.Find(t.Context())
			if !errors.Is(err, ErrNoMux) || device.GapOf(err).Reason != device.Unreachable {
				t.Errorf("%v, want %v for %q", err, ErrNoMux, device.Unreachable)
			}
		})
	}
}

// freePort returns a port that is not in use.
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

// entry returns a usbmuxd entry for one connection to a device.
func entry(id int, udid, connection string) safeplist.Dict {
	return safeplist.Dict{"MessageType": "Attached", "DeviceID": uint64(id), "Properties": map[string]any{
		"SerialNumber": udid, "ConnectionType": connection, "LocationID": uint64(7),
	}}
}

func TestFollow(t *testing.T) {
	detached := func(id int) safeplist.Dict {
		return safeplist.Dict{"MessageType": "Detached", "DeviceID": uint64(id)}
	}
	paired := func(id int) safeplist.Dict {
		return safeplist.Dict{"MessageType": "Paired", "DeviceID": uint64(id)}
	}
	at := func(id uint32, udid string) Attached { return Attached{udid, id, 7, device.USB} }
	on := func(id uint32, udid string) Attached { return Attached{udid, id, 7, device.Network} }
	came := func(a Attached) Change { return Change{Attached: a} }
	went := func(a Attached) Change { return Change{Attached: a, Gone: true} }
	tests := map[string]struct {
		messages []safeplist.Dict
		changes  []Change
		want     []Attached
		err      error
	}{
		"two devices": {
			[]safeplist.Dict{entry(1, "b", "USB"), entry(2, "a", "USB")},
			[]Change{came(at(1, "b")), came(at(2, "a"))}, []Attached{at(2, "a"), at(1, "b")}, nil,
		},
		"unplugged": {
			[]safeplist.Dict{entry(1, "a", "USB"), detached(1)},
			[]Change{came(at(1, "a")), went(at(1, "a"))}, nil, nil,
		},
		"plugged in again": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(3, "a", "USB")},
			[]Change{came(at(1, "a")), came(at(3, "a"))}, []Attached{at(3, "a")}, nil,
		},
		"plugged in again, and told late that it went": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(3, "a", "USB"), detached(1)},
			[]Change{came(at(1, "a")), came(at(3, "a"))}, []Attached{at(3, "a")}, nil,
		},
		"plugged in again, and unplugged": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(3, "a", "USB"), detached(3)},
			[]Change{came(at(1, "a")), came(at(3, "a")), went(at(3, "a"))}, nil, nil,
		},
		"an older entry": {
			[]safeplist.Dict{entry(3, "a", "USB"), entry(1, "a", "USB")},
			[]Change{came(at(3, "a"))}, []Attached{at(3, "a")}, nil,
		},
		"told twice": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(1, "a", "USB"), detached(1), detached(1)},
			[]Change{came(at(1, "a")), went(at(1, "a"))}, nil, nil,
		},
		"Wi-Fi comes and goes beside a cable": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(2, "a", "Network"), detached(2)},
			[]Change{came(at(1, "a"))}, []Attached{at(1, "a")}, nil,
		},
		"a cable beside Wi-Fi": {
			[]safeplist.Dict{entry(2, "a", "Network"), entry(1, "a", "USB")},
			[]Change{came(on(2, "a")), came(at(1, "a"))}, []Attached{at(1, "a")}, nil,
		},
		"a cable is pulled out, and Wi-Fi stays": {
			[]safeplist.Dict{entry(1, "a", "USB"), entry(2, "a", "Network"), detached(1)},
			[]Change{came(at(1, "a")), came(on(2, "a"))}, []Attached{on(2, "a")}, nil,
		},
		"two spellings of one UDID": {
			[]safeplist.Dict{entry(1, "00008101-000A", "USB"), entry(2, "00008101000a", "Network")},
			[]Change{came(at(1, "00008101-000A"))}, []Attached{at(1, "00008101-000A")}, nil,
		},
		"paired": {
			[]safeplist.Dict{entry(1, "a", "USB"), paired(1), paired(9)},
			[]Change{came(at(1, "a")), {Attached: at(1, "a"), Paired: true}}, []Attached{at(1, "a")}, nil,
		},
		"other news":        {[]safeplist.Dict{{"MessageType": "Paired"}, {"MessageType": "Weather"}}, nil, nil, nil},
		"late refusal":      {[]safeplist.Dict{{"MessageType": "Result", "Number": uint64(4294967295)}}, nil, nil, &MuxError{"Listen", 4294967295}},
		"number of no type": {[]safeplist.Dict{{"MessageType": "Detached", "DeviceID": "1"}}, nil, nil, device.Malformed},
		"numbers that are too large": {
			[]safeplist.Dict{entry(1, "a", "USB"), {"MessageType": "Paired", "DeviceID": uint64(1<<32 + 1)}, {"MessageType": "Detached", "DeviceID": uint64(1<<32 + 1)}},
			[]Change{came(at(1, "a"))}, []Attached{at(1, "a")}, device.Malformed,
		},
		"news of no type": {[]safeplist.Dict{{"DeviceID": uint64(1)}}, nil, nil, device.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := attachments{}
			var changes []Change
			var err error
			for _, message := range test.messages {
				var change Change
				if change, err = found.follow(message); change != (Change{}) {
					changes = append(changes, change)
				}
			}
			if diff := cmp.Diff(test.err, err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, found.devices()); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
		})
	}
}

// An entry that cannot be parsed is dropped, in announcements and in a list; one that lacks only
// inessential values is kept.
func TestOddEntries(t *testing.T) {
	for name, test := range map[string]struct {
		top, properties map[string]any // nil values are omitted from the entry
		odd             bool
	}{
		"no serial number":             {nil, map[string]any{"SerialNumber": nil}, true},
		"an empty serial number":       {nil, map[string]any{"SerialNumber": ""}, true},
		"a serial number of bytes":     {nil, map[string]any{"SerialNumber": []byte{0, 0, 0}}, true},
		"a serial number not read":     {nil, map[string]any{"SerialNumber": strings.Repeat("?", 40)}, true},
		"an endless serial number":     {nil, map[string]any{"SerialNumber": strings.Repeat("a", maxUDID+1)}, true},
		"a serial number with a NUL":   {nil, map[string]any{"SerialNumber": "a\x00"}, true},
		"no connection":                {nil, map[string]any{"ConnectionType": nil}, true},
		"another connection":           {nil, map[string]any{"ConnectionType": "Bluetooth"}, true},
		"a connection in small":        {nil, map[string]any{"ConnectionType": "usb"}, true},
		"no properties":                {map[string]any{"Properties": nil}, nil, true},
		"no type":                      {map[string]any{"MessageType": nil}, nil, true},
		"no number":                    {map[string]any{"DeviceID": nil}, nil, true},
		"the number in the properties": {map[string]any{"DeviceID": nil}, map[string]any{"DeviceID": uint64(1)}, false},
		"a number of 0":                {map[string]any{"DeviceID": uint64(0)}, nil, true},
		"a number that is too large":   {map[string]any{"DeviceID": uint64(1<<32 + 1)}, nil, true},
		"a number of 64 bits":          {map[string]any{"DeviceID": uint64(1 << 63)}, nil, true},
		"a number of no type":          {map[string]any{"DeviceID": "1"}, nil, true},
		"no location":                  {nil, map[string]any{"LocationID": nil}, false},
		"a location of no type":        {nil, map[string]any{"LocationID": "0x14100000"}, false},
		"a location that is too large": {nil, map[string]any{"LocationID": uint64(1<<64 - 1)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			message := entry(1, "a", "USB")
			change(message, test.top)
			if properties, ok := message["Properties"].(map[string]any); ok {
				change(properties, test.properties)
			}
			found := attachments{}
			_, err := found.follow(message)
			// Without properties an announcement might be a detach.
			if odd := err == errEntry; odd != test.odd {
				t.Errorf("announced: %v", err)
			}
			list := parseList([]any{map[string]any(message), map[string]any(entry(2, "b", "USB"))})
			if odd := list.malformed == 1; odd != test.odd || len(list.entries)+list.malformed != 2 {
				t.Errorf("listed: %v", list)
			}
			if test.odd == (len(found) == 1) {
				t.Errorf("found %v", found)
			}
		})
	}
}

func change(values, by map[string]any) {
	for key, value := range by {
		if value == nil {
			delete(values, key)
		} else {
			values[key] = value
		}
	}
}

// The number of remembered devices is limited.
func TestFollowIsBounded(t *testing.T) {
	found := attachments{}
	var err error
	for n := 1; n <= maxAttached+1 && err == nil; n++ {
		_, err = found.follow(entry(n, strconv.Itoa(n), "USB"))
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

// A fault of this computer is not told as one of usbmuxd.
func TestNoMuxFor(t *testing.T) {
	for err, want := range map[error]device.Reason{
		syscall.ENOENT:       device.Unreachable,
		syscall.ECONNREFUSED: device.Unreachable,
		syscall.EACCES:       device.NotPermitted,
		syscall.EMFILE:       device.ComputerLimit,
		syscall.ENFILE:       device.ComputerLimit,
		syscall.ENOMEM:       device.ComputerLimit,
	} {
		got := noMuxFor(&net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", err)})
		if !errors.Is(got, ErrNoMux) || device.GapOf(got).Reason != want {
			t.Errorf("%v: got %v (%v), want %v", err, got, device.GapOf(got).Reason, want)
		}
	}
}
