package usb

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// restarted restarts the only device of a tray and returns what was seen, step by step.
func restarted(t *testing.T, tray *sim.Tray, wait time.Duration) (Restarted, []RestartEvent, error) {
	t.Helper()
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	var steps []RestartEvent
	r, err := client.Restart(t.Context(), found[0], wait, func(e RestartEvent) { steps = append(steps, e) })
	return r, steps, err
}

// quick returns a patient that starts quickly.
func quick(t *testing.T, faults ...sim.Fault) *sim.Device {
	t.Helper()
	d := patient(t, "healthy-iphone", faults...)
	d.Away = 50 * time.Millisecond
	return d
}

// A device restarts, is locked afterwards, and only permitted requests are sent.
func TestRestart(t *testing.T) {
	tray := newTray(t, quick(t))
	r, steps, err := restarted(t, tray, time.Minute)
	if err != nil || !r.Confirmed() || r.NewBoot != device.Known(true) || r.Locked != device.Known(true) || !r.Left || !r.Back {
		t.Errorf("%+v, %v", r, err)
	}
	if want := []RestartEvent{RestartSent, RestartLeft, RestartBack}; !slices.Equal(steps, want) {
		t.Errorf("the steps were %v", steps)
	}
	if r.Attached.DeviceID < 2 || r.Took <= 0 {
		t.Errorf("it came back as %+v after %v", r.Attached, r.Took)
	}
	allowed, asked := slices.Concat(Permitted, PermittedRestart), map[string]bool{}
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		asked[name] = true
		if !slices.Contains(allowed, name) {
			t.Errorf("%q was asked, which is not permitted", name)
		}
	}
	if !asked["diagnostics Restart"] || !asked["afc Lock"] {
		t.Errorf("it was asked only %v", asked)
	}
}

func TestRestartThatIsNotConfirmed(t *testing.T) {
	for name, c := range map[string]struct {
		device     *sim.Device
		want       Restarted
		reason     device.Reason
		unanswered bool
	}{
		"accepted, and nothing happens": {device: quick(t, sim.Fault{Kind: sim.Stays}), want: Restarted{NewBoot: device.Known(false)}},
		"it stays away":                 {device: quick(t, sim.Fault{Kind: sim.StaysAway}), want: Restarted{Left: true}},
		"only the cable moved":          {device: quick(t, sim.Fault{Kind: sim.SameBoot}), want: Restarted{Left: true, Back: true, NewBoot: device.Known(false)}},
		"refused":                       {device: quick(t, sim.Fault{Kind: sim.Refused, At: "com.apple.mobile.diagnostics_relay Restart"}), reason: device.DeviceError},
		"no answer, and it stays":       {device: quick(t, sim.Fault{Kind: sim.Truncated, At: "com.apple.mobile.diagnostics_relay Restart"}, sim.Fault{Kind: sim.Stays}), reason: device.Truncated},
		"locked":                        {device: quick(t, sim.Fault{Kind: sim.Locked}), reason: device.Locked},
		"not trusted":                   {device: quick(t, sim.Fault{Kind: sim.Unpaired}), reason: device.NeverPaired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, err := restarted(t, newTray(t, c.device), time.Second)
			if got := device.GapOf(err).Reason; err != nil != (c.reason != "") || err != nil && got != c.reason {
				t.Fatalf("the error is %v, want %q", err, c.reason)
			}
			if r.Confirmed() || r.Left != c.want.Left || r.Back != c.want.Back {
				t.Errorf("%+v", r)
			}
			if _, err := c.want.NewBoot.Get(); err == nil && r.NewBoot != c.want.NewBoot {
				t.Errorf("new boot: %+v", r.NewBoot)
			}
		})
	}
}

// A device that another program syncs with or backs up is not restarted.
func TestRestartLeavesASyncAlone(t *testing.T) {
	tray := newTray(t, quick(t))
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := client.newExamination(found[0])
	defer e.Close()
	if _, err := e.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	lock := &syncLock{stop: func() {}}
	defer lock.end()
	if err := e.lockSync(t.Context(), lock, 1); err != nil {
		t.Fatal(err)
	}
	_, err = client.Restart(t.Context(), found[0], time.Minute, func(RestartEvent) {})
	if device.GapOf(err).Reason != device.Busy || tray.Boots(found[0].UDID) != 0 {
		t.Errorf("%v, and it started %d times", err, tray.Boots(found[0].UDID))
	}
}

// The response is lost, but the device leaves and returns in a new boot.
func TestRestartWithoutAnAnswer(t *testing.T) {
	r, _, err := restarted(t, newTray(t, quick(t, sim.Fault{Kind: sim.Truncated, At: "com.apple.mobile.diagnostics_relay Restart"})), time.Minute)
	if err != nil || !r.Confirmed() {
		t.Errorf("%+v, %v", r, err)
	}
}

// A device that does not report a BootSessionID counts as restarted if it left and returned.
func TestRestartOfADeviceThatTellsNoBoot(t *testing.T) {
	d := quick(t)
	d.Set("", "BootSessionID", nil)
	r, _, err := restarted(t, newTray(t, d), time.Minute)
	if _, unknown := r.NewBoot.Get(); err != nil || unknown == nil || !r.Confirmed() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRestartIsInterrupted(t *testing.T) {
	client := serve(t, newTray(t, quick(t, sim.Fault{Kind: sim.StaysAway})))
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := client.Restart(ctx, found[0], time.Hour, func(e RestartEvent) {
		if e == RestartLeft {
			cancel()
		}
	})
	if device.GapOf(err).Reason != device.Interrupted || !r.Left || r.Confirmed() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestHashOfABoot(t *testing.T) {
	if a, b := hashBoot("695BF9DE"), hashBoot("695BF9DF"); a == b || a != hashBoot("695BF9DE") {
		t.Error("the hash does not tell boots apart")
	}
}
