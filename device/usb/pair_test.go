package usb

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

func TestPair(t *testing.T) {
	tests := map[string]struct {
		fault  sim.Fault
		waited device.Reason // "" if there was nothing to wait for
		want   error
	}{
		"accepted at once":        {sim.Fault{Kind: sim.Unpaired}, "", nil},
		"accepted after a second": {sim.Fault{Kind: sim.TrustPending, Count: 1}, device.TrustPending, nil},
		"denied":                  {sim.Fault{Kind: sim.Denied}, "", device.TrustDenied},
		"forbidden by management": {sim.Fault{Kind: sim.PairingForbidden}, "", device.TrustForbidden},
		"nobody answers":          {sim.Fault{Kind: sim.TrustPending, Count: 1000}, device.TrustPending, device.TrustPending},
		"locked":                  {sim.Fault{Kind: sim.Locked}, device.Locked, device.Locked},
		"silent":                  {sim.Fault{Kind: sim.Stall, At: "Pair"}, "", device.Timeout},
		"garbled":                 {sim.Fault{Kind: sim.Garbage, At: "Pair"}, "", device.Malformed},
		"key of no type":          {sim.Fault{Kind: sim.WrongTypes, At: "root/DevicePublicKey"}, "", device.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := serve(t, newTray(t, patient(t, "healthy-iphone", test.fault)))
			found, err := door.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			patience := 20 * time.Second // the keys of a slow computer
			if errors.Is(test.want, device.Timeout) || errors.Is(test.want, test.waited) {
				patience = 1900 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			var waited device.Reason
			err = door.Pair(ctx, found[0], func(event PairEvent) {
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
			trusted := door.Read(t.Context(), found[0], 0)
			if trusted.Live.Trusted != device.Known(true) {
				t.Errorf("after pairing: %v", trusted.Live.Trusted)
			}
			if _, err := trusted.Live.Disk.FreeBytes.Get(); err != nil {
				t.Errorf("after pairing nothing is read: %v", err)
			}
		})
	}
}

// A greeting tells who the device is and whether it trusts us, and asks no more.
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
			door := serve(t, newTray(t, patient(t, "healthy-iphone", test.fault)))
			found, err := door.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			seen := door.Greet(t.Context(), found[0])
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
