package usb

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// The deadline of a waiting context passes when over is closed, however slow the computer is.
type waiting struct {
	context.Context
	over chan struct{}
}

func (w waiting) Done() <-chan struct{} { return w.over }

func (w waiting) Err() error {
	select {
	case <-w.over:
		return context.DeadlineExceeded
	default:
		return w.Context.Err()
	}
}

func TestPair(t *testing.T) {
	tests := map[string]struct {
		fault  sim.Fault
		waited device.Reason // "" if no wait was needed
		want   error
	}{
		"accepted at once":          {sim.Fault{Kind: sim.Unpaired}, "", nil},
		"accepted after a second":   {sim.Fault{Kind: sim.TrustPending, Count: 1}, device.TrustPending, nil},
		"denied":                    {sim.Fault{Kind: sim.Denied}, "", device.TrustDenied},
		"forbidden by management":   {sim.Fault{Kind: sim.PairingForbidden}, "", device.TrustForbidden},
		"nobody answers":            {sim.Fault{Kind: sim.TrustPending, Count: 1000}, device.TrustPending, device.TrustPending},
		"locked":                    {sim.Fault{Kind: sim.Locked}, device.Locked, device.Locked},
		"locked, by its other name": {sim.Fault{Kind: sim.Refused, At: "Pair", Error: "DeviceLocked"}, device.Locked, device.Locked},
		"silent":                    {sim.Fault{Kind: sim.Stall, At: "Pair"}, "", device.Timeout},
		"garbled":                   {sim.Fault{Kind: sim.Garbage, At: "Pair"}, "", device.Malformed},
		"key of no type":            {sim.Fault{Kind: sim.WrongTypes, At: "root/DevicePublicKey"}, "", device.Malformed},
		"leaves and returns":        {sim.Fault{Kind: sim.Reenumerates}, device.Detached, nil},
		"paired by usbmuxd":         {sim.Fault{Kind: sim.PairedByMux}, device.TrustPending, nil},
		"leaves for good":           {sim.Fault{Kind: sim.Detach, At: "Pair"}, device.Detached, device.Detached},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, newTray(t, patient(t, "healthy-iphone", test.fault)))
			found, err := client.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			patience := 20 * time.Second // time for a slow computer to generate keys
			if errors.Is(test.want, device.Timeout) {
				patience = 1900 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			waits := waiting{ctx, make(chan struct{})}
			if test.waited != "" && errors.Is(test.want, test.waited) {
				ctx = waits
			}
			var waited device.Reason
			err = client.Pair(ctx, found[0], func(event PairEvent) {
				if waited == "" && ctx == waits {
					close(waits.over)
				}
				waited = event.Waiting
				if event.Left <= 0 || event.Left > patience {
					t.Errorf("%v left of %v", event.Left, patience)
				}
			})
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if waited != test.waited {
				t.Errorf("waited for %q, want %q", waited, test.waited)
			}
			if test.want != nil {
				return
			}
			if found, err = client.Find(t.Context()); err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			trusted := client.Read(t.Context(), found[0], 0)
			if trusted.Live.Trusted != device.Known(true) {
				t.Errorf("after pairing: %v", trusted.Live.Trusted)
			}
			if _, err := trusted.Live.Disk.FreeBytes.Get(); err != nil {
				t.Errorf("after pairing nothing is read: %v", err)
			}
		})
	}
}

// Pair waits for a device that leaves when Trust is tapped only if the device has shown its
// dialog or asked for its owner.
func TestPairWaitsForADeviceThatAsked(t *testing.T) {
	phone := patient(t, "healthy-iphone", sim.Fault{Kind: sim.TrustPending, Count: 1}, sim.Fault{Kind: sim.Reenumerates, Seconds: 1.5})
	client := serve(t, newTray(t, phone))
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var waited []device.Reason
	if err := client.Pair(t.Context(), found[0], func(e PairEvent) { waited = append(waited, e.Waiting) }); err != nil {
		t.Error(err)
	}
	if len(waited) < 2 || waited[0] != device.TrustPending || waited[1] != device.Detached {
		t.Errorf("waited for %v", waited)
	}
}

// A failed attempt keeps lockdownd's error name with its reason.
func TestPairKeepsTheNameOfAnError(t *testing.T) {
	for name, want := range map[string]device.Reason{
		"FMiPProtected":                       device.DeviceError,
		"PairingProhibitedOverThisConnection": device.DeviceError,
		"MCProtected":                         device.TrustForbidden,
		"MCChallengeRequired":                 device.TrustForbidden,
		"UserDeniedPairing":                   device.TrustDenied,
		"InvalidPairRecord":                   device.DeviceError,
		"InvalidResponse":                     device.DeviceError,
		"AnUnknownError123":                   device.DeviceError,
		"MissingValue":                        device.DeviceError,
		"GetProhibited":                       device.DeviceError,
		"ServiceProhibited":                   device.DeviceError,
		"InvalidService":                      device.DeviceError,
		"InvalidHostID":                       device.DeviceError,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, newTray(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.Refused, At: "Pair", Error: name})))
			found, err := client.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = client.Pair(t.Context(), found[0], func(e PairEvent) { t.Errorf("waits for %q", e.Waiting) })
			if got := (device.Gap{Reason: want, Detail: name}); err != got {
				t.Errorf("%#v, want %#v", err, got)
			}
		})
	}
}

// After Don't Trust, a device shows its dialog again only after being plugged in again.
func TestDeniedUntilPluggedInAgain(t *testing.T) {
	phone := patient(t, "healthy-iphone", sim.Fault{Kind: sim.Denied, Count: 1})
	tray := newTray(t, phone)
	client := serve(t, tray)
	try := func() error {
		found, err := client.Find(t.Context())
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		return client.Pair(t.Context(), found[0], func(PairEvent) {})
	}
	for range 2 {
		if err := try(); !errors.Is(err, device.TrustDenied) {
			t.Errorf("%v, want %v", err, device.TrustDenied)
		}
	}
	tray.Detach(phone.UDID())
	if err := tray.Attach(phone); err != nil {
		t.Fatal(err)
	}
	if err := try(); err != nil {
		t.Errorf("plugged in again: %v", err)
	}
}

// Failures of usbmuxd are not attributed to the device.
func TestPairWithATroubledMux(t *testing.T) {
	for name, test := range map[string]struct {
		fault sim.Fault
		want  device.Gap
	}{
		"no folder to save in": {sim.Fault{Kind: sim.Numbered, At: "SavePairRecord", Count: 22}, device.Gap{Reason: device.RecordUnsaved, Detail: "SavePairRecord.22"}},
		"negative":             {sim.Fault{Kind: sim.Numbered, At: "SavePairRecord", Count: -22}, device.Gap{Reason: device.RecordUnsaved, Detail: "SavePairRecord.22"}},
		"negative, unsigned":   {sim.Fault{Kind: sim.Numbered, At: "SavePairRecord", Count: 1<<32 - 22}, device.Gap{Reason: device.RecordUnsaved, Detail: "SavePairRecord.22"}},
		"hangs up on a record": {sim.Fault{Kind: sim.Reset, At: "SavePairRecord"}, device.Gap{Reason: device.RecordUnsaved, Detail: "SavePairRecord.detached"}},
		"says it has saved it": {sim.Fault{Kind: sim.Forgetful}, device.Gap{Reason: device.RecordUnsaved, Detail: "ReadPairRecord.never-paired"}},
		"hands out another":    {sim.Fault{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data>PHBsaXN0PjxkaWN0Pg==</data>"}, device.Gap{Reason: device.RecordUnsaved, Detail: "ReadPairRecord.record-broken"}},
		"is silent after it":   {sim.Fault{Kind: sim.Numbered, At: "ReadPairRecord", Count: 13}, device.Gap{}},
		"too old":              {sim.Fault{Kind: sim.Numbered, At: "ReadBUID", Count: 1}, device.Gap{Reason: device.MuxTrouble, Detail: "ReadBUID.1"}},
		"hangs up on BUID":     {sim.Fault{Kind: sim.Reset, At: "ReadBUID"}, device.Gap{Reason: device.MuxTrouble, Detail: "ReadBUID.detached"}},
		"Connect refused":      {sim.Fault{Kind: sim.Numbered, At: "Connect", Count: 3}, device.Gap{Reason: device.Unreachable, Detail: "usbmux3"}},
		"Connect, no device":   {sim.Fault{Kind: sim.Numbered, At: "Connect", Count: 2}, device.Gap{Reason: device.Detached}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tray := newTray(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.Unpaired}))
			tray.Faults = []sim.Fault{test.fault}
			client := serve(t, tray)
			found, err := client.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = client.Pair(t.Context(), found[0], func(PairEvent) {})
			if (err == nil) != (test.want == device.Gap{}) || err != nil && device.GapOf(err) != test.want {
				t.Errorf("%#v, want %#v", err, test.want)
			}
		})
	}
}

// Pairing sends only permitted requests.
func TestPairSendsOnlyWhatIsPermitted(t *testing.T) {
	tray := newTray(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.TrustPending, Count: 1}, sim.Fault{Kind: sim.Reenumerates}))
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Pair(t.Context(), found[0], func(PairEvent) {}); err != nil {
		t.Error(err)
	}
	asked := map[string]bool{}
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		asked[name] = true
		if !slices.Contains(Permitted, name) && !slices.Contains(PermittedPair, name) {
			t.Errorf("%q was sent, which is not permitted", name)
		}
	}
	for _, name := range PermittedPair {
		if slices.Contains(Permitted, name) {
			t.Errorf("%q is on both lists", name)
		}
		if !asked[name] && name != "usbmux SavePairRecord" { // usbmuxd may finish first
			t.Errorf("%q is on the list and was not sent", name)
		}
	}
}

// Pairing again replaces a broken record on this computer.
func TestPairMendsABrokenRecord(t *testing.T) {
	phone := patient(t, "healthy-iphone")
	client := serve(t, newTray(t, phone))
	mux, err := client.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer mux.Close()
	for name, record := range map[string]string{
		"empty":        "",
		"cut":          "<plist><dict><key>HostID</key><string>",
		"no host":      "<plist><dict><key>SystemBUID</key><string>x</string></dict></plist>",
		"no keys":      "<plist><dict><key>HostID</key><string>x</string></dict></plist>",
		"other key":    "<plist><dict><key>HostID</key><string>x</string><key>HostCertificate</key><data>AAAA</data><key>HostPrivateKey</key><data>AAAA</data></dict></plist>",
		"zeros":        string(make([]byte, 900)),
		"not a record": "<plist><array/></plist>",
	} {
		answer, err := mux.askMux(t.Context(), muxRequest{MessageType: "SavePairRecord", PairRecordID: phone.UDID(), PairRecordData: []byte(record)})
		if err != nil || result(answer, "") != nil {
			t.Fatal(answer, err)
		}
		if record == "" {
			continue // omitted by this client; see TestFaultsOfMux
		}
		found, err := client.Find(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Greet(t.Context(), found[0]).Live.Trusted.Get(); !errors.Is(err, device.RecordBroken) {
			t.Errorf("%s: %v, want %v", name, err, device.RecordBroken)
		}
		if err := client.Pair(t.Context(), found[0], func(PairEvent) {}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if trusted := client.Greet(t.Context(), found[0]).Live.Trusted; trusted != device.Known(true) {
			t.Errorf("%s: after pairing: %v", name, trusted)
		}
	}
}

// Greet reads a device's identity and whether it trusts us, and nothing else.
func TestGreet(t *testing.T) {
	for name, test := range map[string]struct {
		fault sim.Fault
		trust device.Fact[bool]
	}{
		"trusted": {sim.Fault{}, device.Known(true)},
		"never":   {sim.Fault{Kind: sim.Unpaired}, device.Unknown[bool](device.NeverPaired)},
		"stale":   {sim.Fault{Kind: sim.StaleTLS}, device.Unknown[bool](device.TrustStale)},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, newTray(t, patient(t, "healthy-iphone", test.fault)))
			found, err := client.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen := client.Greet(t.Context(), found[0])
			if seen.Live.Trusted != test.trust {
				t.Errorf("trust %v, want %v", seen.Live.Trusted, test.trust)
			}
			if model, err := seen.Device.ProductType.Get(); model != "iPhone17,3" || err != nil {
				t.Errorf("model %q, %v", model, err)
			}
			if !seen.Live.CloudBackup.Enabled.IsZero() {
				t.Error("a greeting asked about backups")
			}
		})
	}
}
