package sim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// played lets a person do something with a device and returns the device as read before and
// afterwards.
func played(t *testing.T, name, script string) (before, after device.Snapshot) {
	t.Helper()
	d := named(t, name)
	d.Away = 20 * time.Millisecond
	tray := newTray(t, d)
	client := usb.Client{Address: "UNIX:" + serve(t, tray)}
	before = read(t, client)
	play(t, tray, d.UDID(), script)
	return before, read(t, client)
}

func play(t *testing.T, tray *sim.Tray, udid, script string) {
	t.Helper()
	person, err := sim.ParsePerson(script)
	if err == nil {
		err = tray.Play(t.Context(), udid, person)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// read reads the only device of a tray.
func read(t *testing.T, client usb.Client) device.Snapshot {
	t.Helper()
	found, err := client.Discover(t.Context(), func(usb.Change) {})
	if err != nil || len(found.Devices) != 1 {
		t.Fatal(found, err)
	}
	return client.Read(t.Context(), found.Devices[0], 0)
}

// Everything a person does changes what is read from the device afterwards.
func TestPersonChangesWhatIsRead(t *testing.T) {
	is := func(f device.Fact[bool], want bool) bool { got, err := f.Get(); return err == nil && got == want }
	for _, c := range []struct {
		device, script string
		seen           func(s device.Snapshot) bool
	}{
		{"icloud-backup-off", "switch on", func(s device.Snapshot) bool { return is(s.Live.CloudBackup.Enabled, true) }},
		{"healthy-iphone", "switch off", func(s device.Snapshot) bool { return is(s.Live.CloudBackup.Enabled, false) }},
		{"storage-low", "free 9000000000", func(s device.Snapshot) bool { n, err := s.Live.Disk.FreeBytes.Get(); return err == nil && n > 9e9 }},
		{"wifi-off", "wifi on", func(s device.Snapshot) bool { return is(s.Live.WiFi.Associated, true) }},
		{"healthy-iphone", "wifi off", func(s device.Snapshot) bool { return is(s.Live.WiFi.Associated, false) }},
		{"signed-out", "account on", func(s device.Snapshot) bool {
			return is(s.Live.Account.FindMy, true) && is(s.Live.Account.FindMyAccount, true) && is(s.Live.Account.SyncsICloud, true) && is(s.Live.Account.ActivationLock, true)
		}},
		{"healthy-iphone", "account off", func(s device.Snapshot) bool {
			_, err := s.Live.CloudBackup.Enabled.Get()
			return is(s.Live.Account.FindMy, false) && is(s.Live.Account.FindMyAccount, false) && is(s.Live.Account.SyncsICloud, false) && errors.Is(err, device.Absent)
		}},
		{"locked-before-first-unlock", "unlock", func(s device.Snapshot) bool { return is(s.Live.LockedNow, false) }},
		{"healthy-iphone", "lock", func(s device.Snapshot) bool { return is(s.Live.LockedNow, true) }},
		{"patch-behind", "update 26.6.1 23G999\nunlock", func(s device.Snapshot) bool {
			return s.Device.ProductVersion == device.Known("26.6.1") && s.Device.BuildVersion == device.Known("23G999") && is(s.Live.LockedNow, false)
		}},
		{"healthy-iphone", "restart", func(s device.Snapshot) bool { return is(s.Live.LockedNow, true) }},
		{"vpn-profile", "remove-profile com.example.vpn", func(s device.Snapshot) bool {
			profiles, err := s.Live.Management.Profiles.Get()
			return err == nil && len(profiles) == 0
		}},
		{"clock-wrong", "clock 0", func(s device.Snapshot) bool {
			ahead, err := s.Live.ClockSkewSeconds.Get()
			return err == nil && ahead > -60 && ahead < 60
		}},
		{"setup-unfinished", "set com.apple.purplebuddy SetupDone true", func(s device.Snapshot) bool { return is(s.Live.Setup.Done, true) }},
		{"healthy-iphone", "set - DeviceName none", func(s device.Snapshot) bool { _, err := s.Device.Name.Get(); return errors.Is(err, device.Absent) }},
		{"healthy-iphone", "back-up", func(s device.Snapshot) bool {
			at, err := s.Live.CloudBackup.Last.Get()
			return err == nil && time.Since(at) < time.Hour
		}},
	} {
		t.Run(c.device+", "+c.script, func(t *testing.T) {
			t.Parallel()
			before, after := played(t, c.device, c.script)
			if c.seen(before) || !c.seen(after) {
				t.Errorf("seen before: %t, afterwards: %t", c.seen(before), c.seen(after))
			}
			if last := before.Live.CloudBackup.Last; c.script != "back-up" && after.Live.CloudBackup.Last != last && is(after.Live.LockedNow, false) {
				t.Errorf("the date of the last backup was %v and is %v", last, after.Live.CloudBackup.Last)
			}
		})
	}
}

// A tap on Back Up Now shows in the log, and the notification follows.
func TestPersonBacksUp(t *testing.T) {
	for script, want := range map[string]string{
		"back-up":                       "Finished uploading",
		"back-up 303 CKErrorDomain(25)": "Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25)",
		"back-up wifi-lost":             "com.apple.backupd.wifi",
	} {
		t.Run(script, func(t *testing.T) {
			d := named(t, "healthy-iphone")
			var err error
			if d.Person, err = sim.ParsePerson("await request notification_proxy ObserveNotification com.apple.mobile.backup.domain_changed\n" + script); err != nil {
				t.Fatal(err)
			}
			client := usb.Client{Address: "UNIX:" + serve(t, newTray(t, d))}
			found, err := client.Discover(t.Context(), func(usb.Change) {})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			heard, changed := false, script != "back-up"
			_ = client.Listen(ctx, found.Devices[0], func(h usb.Heard) { // it ends when everything was heard
				heard = heard || h.Line != nil && strings.Contains(h.Line.Text, want)
				changed = changed || h.Changed
				if heard && changed {
					stop()
				}
			})
			if !heard || !changed || t.Context().Err() != nil {
				t.Errorf("the line was heard: %t, the change: %t", heard, changed)
			}
		})
	}
}

// The Trust dialog stays open until the person answers it.
func TestPersonAnswersTheDialog(t *testing.T) {
	for answer, want := range map[string]device.Reason{"trust": "", "dont-trust": device.TrustDenied} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			d := named(t, "not-trusted")
			d.Faults = []sim.Fault{{Kind: sim.TrustPending, Count: 1000}}
			var err error
			if d.Person, err = sim.ParsePerson("await request lockdown Pair\n" + answer); err != nil {
				t.Fatal(err)
			}
			client := usb.Client{Address: "UNIX:" + serve(t, newTray(t, d))}
			found, err := client.Discover(t.Context(), func(usb.Change) {})
			if err != nil {
				t.Fatal(err)
			}
			err = client.Pair(t.Context(), found.Devices[0], func(usb.PairEvent) {})
			if (err == nil) != (want == "") || err != nil && device.GapOf(err).Reason != want {
				t.Errorf("the answer %s led to %v", answer, err)
			}
		})
	}
}

// usbmuxd may ask for trust itself: once it was given, the device can be read.
func TestPersonTrustsUsbmuxd(t *testing.T) {
	d := named(t, "not-trusted")
	d.Faults = append(d.Faults, sim.Fault{Kind: sim.PairedByMux})
	tray := newTray(t, d)
	client := usb.Client{Address: "UNIX:" + serve(t, tray)}
	if _, err := read(t, client).Live.Trusted.Get(); device.GapOf(err).Reason != device.NeverPaired {
		t.Fatal(err)
	}
	play(t, tray, d.UDID(), "trust")
	if trusted := read(t, client).Live.Trusted; trusted != device.Known(true) {
		t.Errorf("trusted: %+v", trusted)
	}
}

// A person can pull the cable and plug it in again, and await a restart or a word.
func TestPersonWaits(t *testing.T) {
	d := named(t, "healthy-iphone")
	d.Away = 20 * time.Millisecond
	tray := newTray(t, d)
	serve(t, tray)
	person, err := sim.ParsePerson("# by hand\n\nunplug\nawait word ready\nplug\nwait 0.01\nrestart\nswitch off\nawait word done\nunplug\n")
	if err != nil {
		t.Fatal(err)
	}
	ended := tray.Start(t.Context(), d.UDID(), person)
	gone := func() bool { return len(tray.UDIDs()) == 0 }
	if !within(time.Minute, gone) {
		t.Fatal("the cable is still in")
	}
	tray.Say("ready")
	if !within(time.Minute, func() bool { return tray.Boots(d.UDID()) == 1 && slices.Equal(tray.UDIDs(), []string{d.UDID()}) }) {
		t.Fatal("it was not plugged in and restarted")
	}
	tray.Say("done")
	if err := <-ended; err != nil || !gone() {
		t.Errorf("%v, attached: %v", err, tray.UDIDs())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tray.Play(ctx, d.UDID(), person[1:2]); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that was ended returned %v", err)
	}
}

func TestParsePerson(t *testing.T) {
	for text, complaint := range map[string]string{
		"dance":                    `cannot "dance"`,
		"switch":                   "number of arguments",
		"switch maybe":             `does not take "maybe"`,
		"clock fast":               "invalid syntax",
		"wait long":                "invalid syntax",
		"free -1":                  "invalid syntax",
		"back-up\nupdate 26.6.1":   "line 2",
		"await dinner":             `does not take "dinner"`,
		strings.Repeat("x", 2_000): "too long",
	} {
		if _, err := sim.ParsePerson(text); err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func FuzzParsePerson(f *testing.F) {
	f.Add("switch on\nback-up 303")
	f.Fuzz(func(t *testing.T, text string) {
		if person, err := sim.ParsePerson(text); err == nil && len(person) > strings.Count(text, "\n")+1 {
			t.Errorf("%d steps", len(person))
		}
	})
}

// A client written by others reads what a person changed.
func TestLibimobiledeviceSeesWhatAPersonDid(t *testing.T) {
	d := named(t, "icloud-backup-off")
	tray := newTray(t, d)
	socket := serve(t, tray)
	read := func(key string) string {
		return strings.TrimSpace(foreign(t, socket, "ideviceinfo", "-q", "com.apple.mobile.backup", "-k", key))
	}
	if enabled := read("CloudBackupEnabled"); enabled != "false" {
		t.Errorf("iCloud Backup is on before: %s", enabled)
	}
	last := read("LastCloudBackupDate")
	play(t, tray, d.UDID(), "switch on\nback-up")
	if enabled := read("CloudBackupEnabled"); enabled != "true" {
		t.Errorf("iCloud Backup is on: %s", enabled)
	}
	if now := read("LastCloudBackupDate"); now <= last {
		t.Errorf("the last backup was at %s, and is at %s", last, now)
	}
}
