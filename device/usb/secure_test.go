package usb

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// Devices with iOS 9 and earlier support only TLS 1.0 with RSA key exchange and disconnect if
// offered more. They can be read like all others. Old TLS is never used with a device that
// supports more, and a failed handshake says nothing about trust.
func TestDialects(t *testing.T) {
	intolerant := []sim.Fault{{Kind: sim.TLSIntolerant}}
	for name, test := range map[string]struct {
		class, version any
		faults         []sim.Fault
		trust          error // nil: a session starts
		sessions       int   // requested
	}{
		"iOS 5":                     {"iPad", "5.1.1", nil, nil, 1},
		"iOS 6":                     {"iPhone", "6.0", nil, nil, 1},
		"iOS 7, intolerant":         {"iPhone", "7.1.2", intolerant, nil, 1},
		"iOS 8, intolerant":         {"iPad", "8.3", intolerant, nil, 1},
		"iOS 8":                     {"iPhone", "8.1.1", nil, nil, 1},
		"iOS 9, intolerant":         {"iPad", "9.3.5", intolerant, nil, 1},
		"iPod touch, iOS 9":         {"iPod", "9.3.5", nil, nil, 1},
		"Apple TV, version 8":       {"AppleTV", "8.4.4", intolerant, nil, 1},
		"iOS 9, version with words": {"iPhone", "9.0.2 (a)", intolerant, nil, 1},
		"iOS 10":                    {"iPhone", "10.3.4", nil, nil, 1},
		"iOS 26":                    {"iPhone", "26.1", nil, nil, 1},
		"watchOS 8":                 {"Watch", "8.8.1", nil, nil, 1},
		"visionOS 2":                {"RealityDevice", "2.1", nil, nil, 1},
		"iOS 10 hangs up":           {"iPhone", "10.0", intolerant, device.HandshakeFailed, 1},
		"iOS 26 hangs up":           {"iPhone", "26.1", intolerant, device.HandshakeFailed, 1},
		"no version":                {"iPhone", nil, nil, nil, 1},
		"no version, intolerant":    {"iPhone", nil, intolerant, nil, 2},
		"odd version, intolerant":   {"iPhone", "nine", intolerant, nil, 2},
		"no class, intolerant":      {nil, "9.3.5", intolerant, nil, 2},
		"old, not our certificate":  {"iPhone", "9.3.5", []sim.Fault{{Kind: sim.StaleTLS}}, device.TrustStale, 1},
		"new, not our certificate":  {"iPhone", "26.1", []sim.Fault{{Kind: sim.StaleTLS}}, device.TrustStale, 1},
		"old, forgot this computer": {"iPhone", "9.3.5", []sim.Fault{{Kind: sim.StaleHostID}}, device.TrustStale, 1},
		"old, hangs up":             {"iPhone", "9.3.5", []sim.Fault{{Kind: sim.Reset, At: "tls"}}, device.HandshakeFailed, 1},
		"no version, hangs up":      {"iPhone", nil, []sim.Fault{{Kind: sim.Reset, At: "tls"}}, device.HandshakeFailed, 2},
		"old, unplugged":            {"iPhone", "9.3.5", []sim.Fault{{Kind: sim.Detach, At: "tls"}}, device.Detached, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			phone := patient(t, "healthy-iphone", test.faults...)
			phone.Set("", "DeviceClass", test.class)
			phone.Set("", "ProductVersion", test.version)
			tray := newTray(t, phone)
			client := serve(t, tray)
			found, err := client.Find(t.Context())
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			live := client.Read(t.Context(), found[0], 0).Live
			if _, err := live.Trusted.Get(); !errors.Is(err, test.trust) || (err == nil) != (test.trust == nil) {
				t.Errorf("trust: %v, want %v", err, test.trust)
			}
			if test.trust == nil {
				for fact, err := range map[string]error{
					"backup": second(live.CloudBackup.Last.Get()), "Wi-Fi": second(live.WiFi.Associated.Get()),
					"profiles": second(live.Management.Profiles.Get()), "crashes": second(live.Crashes.Get()),
				} {
					if err != nil {
						t.Errorf("%s: %v", fact, err)
					}
				}
			}
			sessions := 0
			for _, request := range tray.Requests() {
				if request.Name == "StartSession" {
					sessions++
				}
			}
			if sessions != test.sessions {
				t.Errorf("%d sessions were asked for, want %d", sessions, test.sessions)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// The responding device must be the requested one: if usbmuxd gives the number of another device,
// none of its values are kept.
func TestAnotherDeviceAnswers(t *testing.T) {
	one, other := patient(t, "healthy-iphone"), patient(t, "icloud-backup-off")
	tray := newTray(t, one, other)
	tray.Faults = []sim.Fault{{Kind: sim.Swapped}}
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	for _, attached := range found {
		snapshot := client.Read(t.Context(), attached, Sizes)
		for question, answer := range rowOf(t, snapshot) {
			if answer == "known" && question != "live.recognized" {
				t.Errorf("%s: %s is known", attached.UDID, question)
			}
		}
		if snapshot.Live.Recognized != device.Known(false) || snapshot.Live.Ended.Reason != device.OtherDevice {
			t.Errorf("recognized %v, ended for %q", snapshot.Live.Recognized, snapshot.Live.Ended.Reason)
		}
		if err := client.Pair(t.Context(), attached, func(PairEvent) {}); !errors.Is(err, device.OtherDevice) {
			t.Errorf("pairing: %v, want %v", err, device.OtherDevice)
		}
	}
	for _, request := range tray.Requests() {
		if slices.Contains([]string{"StartSession", "Pair"}, request.Name) {
			t.Errorf("the other device was sent %s", request.Name)
		}
	}
}

// A device is the same with and without the hyphen, and its pair record may be stored under
// either spelling.
func TestBothSpellingsOfAUDID(t *testing.T) {
	const hyphened, plain = "00008140-001A2B3C4D5E001C", "00008140001A2B3C4D5E001C"
	for name, test := range map[string]struct{ listed, filed string }{
		"both with it":            {hyphened, hyphened},
		"listed without it":       {plain, hyphened},
		"filed without it":        {hyphened, plain},
		"both without it":         {plain, plain},
		"listed in lower letters": {"00008140-001a2b3c4d5e001c", "00008140-001a2b3c4d5e001c"},
	} {
		t.Run(name, func(t *testing.T) {
			phone := patient(t, "healthy-iphone")
			phone.Set("", "UniqueDeviceID", hyphened)
			phone.MuxProperties = map[string]any{"SerialNumber": test.listed}
			tray := newTray(t, phone)
			tray.MoveRecord(hyphened, test.filed)
			client := serve(t, tray)
			found, err := client.Find(t.Context())
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			if live := client.Read(t.Context(), found[0], 0).Live; live.Trusted != device.Known(true) || live.Recognized != device.Known(true) {
				t.Errorf("trusted %v, recognized %v", live.Trusted, live.Recognized)
			}
		})
	}
}

// A duplicate just before another protocol begins is skipped, however it is fragmented;
// everything else passes through.
func TestAfterRepeat(t *testing.T) {
	const repeat = "\x00\x00\x00\x05hello"
	for name, test := range map[string]struct {
		pieces []string
		want   string
	}{
		"no repetition":           {[]string{"\x16rest"}, "\x16rest"},
		"repetition":              {[]string{repeat, "\x16rest"}, "\x16rest"},
		"together":                {[]string{repeat + "\x16rest"}, "\x16rest"},
		"byte by byte":            {strings.Split(repeat+"\x16rest", ""), "\x16rest"},
		"begins alike":            {[]string{"\x00\x00", "\x00\x06hello"}, "\x00\x00\x00\x06hello"},
		"three times":             {[]string{repeat, repeat, "rest"}, repeat + "rest"},
		"ends within":             {[]string{"\x00\x00"}, ""},
		"nothing":                 {nil, ""},
		"nothing after it either": {[]string{repeat}, ""},
	} {
		conn := &afterRepeat{Conn: &piecewise{pieces: test.pieces}, repeat: []byte(repeat)}
		if got, err := io.ReadAll(conn); string(got) != test.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}

// A piecewise connection returns one piece per read.
type piecewise struct {
	net.Conn
	pieces []string
}

func (p *piecewise) Read(b []byte) (int, error) {
	if len(p.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.pieces[0])
	if p.pieces[0] = p.pieces[0][n:]; p.pieces[0] == "" {
		p.pieces = p.pieces[1:]
	}
	return n, nil
}
