package usb

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// Access notices that a device is unlocked and paired, and sends only permitted requests.
func TestAccess(t *testing.T) {
	locked := patient(t, "healthy-iphone", sim.Fault{Kind: sim.Locked}).Clone(1)
	unpaired := patient(t, "healthy-iphone", sim.Fault{Kind: sim.Unpaired}).Clone(2)
	tray := newTray(t, locked, unpaired)
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 2 {
		t.Fatalf("%v, %v", found, err)
	}
	see := func(a Attached, trusted device.Reason, isLocked bool) {
		t.Helper()
		access := client.Access(t.Context(), a)
		_, err := access.Trusted.Get()
		if got := device.GapOf(err).Reason; err != nil && got != trusted || err == nil && trusted != "" {
			t.Errorf("trust: %v, want %q", err, trusted)
		}
		if got, err := access.Locked.Get(); trusted == "" && (got != isLocked || err != nil) {
			t.Errorf("locked is %v, %v; want %v", got, err, isLocked)
		}
	}
	see(found[0], "", true)
	tray.Unlock(locked.UDID())
	see(found[0], "", false)
	see(found[1], device.NeverPaired, false)
	posted, ended := make(chan struct{}, 16), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { ended <- client.ObserveTrust(ctx, found[1], func() { posted <- struct{}{} }) }()
	observes := sim.Request{Service: "notification_proxy", Name: "ObserveNotification com.apple.mobile.lockdown.trusted_host_attached", UDID: unpaired.UDID()}
	for deadline := time.Now().Add(time.Minute); !slices.Contains(tray.Requests(), observes); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("its trust is not observed")
		}
	}
	asked := len(tray.Requests())
	if err := client.Pair(t.Context(), found[1], func(PairEvent) {}); err != nil {
		t.Fatal(err)
	}
	paired := len(tray.Requests())
	<-posted
	stop()
	if err := <-ended; err != device.Interrupted {
		t.Errorf("the observation ended with %v", err)
	}
	see(found[1], "", false)
	tray.Detach(locked.UDID())
	see(found[0], device.Detached, false)
	for _, request := range slices.Concat(tray.Requests()[:asked], tray.Requests()[paired:]) {
		name := request.Service + " " + request.Name
		if !slices.Contains(Permitted, name) && !slices.Contains(PermittedWatching, name) {
			t.Errorf("%q was asked, which is not permitted", name)
		}
	}
	for _, name := range PermittedWatching {
		if slices.Contains(Permitted, name) {
			t.Errorf("%q is on both lists", name)
		}
		if !slices.ContainsFunc(tray.Requests(), func(r sim.Request) bool { return r.Service+" "+r.Name == name }) {
			t.Errorf("%q is on the list and was not asked", name)
		}
	}
}
