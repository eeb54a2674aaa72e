package suppressions

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/google/go-cmp/cmp"
)

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no YAML":            {"- id: [", "yaml"},
		"no list":            {"id: backup-stale", "cannot"},
		"no id":              {"- reason: x", "entry 1: it has no id"},
		"no reason":          {"- id: backup-stale\n  reason: ' '", "entry 1: backup-stale has no reason"},
		"an unknown check":   {"- id: backup-stale\n  reason: x\n- id: backup-stael\n  reason: x", `entry 2: unknown check "backup-stael"`},
		"an unknown key":     {"- id: backup-stale\n  reason: x\n  device: y", "device"},
		"trust":              {"- id: not-trusted\n  reason: x", "entry 1: not-trusted cannot be suppressed"},
		"no pattern":         {"- id: backup-stale\n  reason: x\n  devices: ['[']", `"[" is not a pattern`},
		"no day":             {"- id: backup-stale\n  reason: x\n  expires: soon", `line 3: "soon" is not a day`},
		"a day that is none": {"- id: backup-stale\n  reason: x\n  expires: 2027-02-30", `"2027-02-30" is not a day`},
		"too long":           {strings.Repeat("#", maxBytes+1), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	_, err := Read(strings.NewReader("- id: backup-stael\n  reason: x"), nil)
	if unknown, ok := errors.AsType[*UnknownCheckError](err); !ok || unknown.ID != "backup-stael" {
		t.Errorf("%v does not tell the unknown id", err)
	}
}

func TestReadNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "[]"} {
		if list, err := Read(strings.NewReader(text), nil); err != nil || len(list.entries) > 0 {
			t.Errorf("%q: %v, %v", text, list, err)
		}
	}
}

// patient returns a device with iCloud Backup off, which explains its old backup; its software
// is also out of date.
func patient(t *testing.T) (device.Snapshot, []checks.Finding) {
	t.Helper()
	file, err := os.Open("../../testdata/recordings/backup-turned-off.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		t.Fatal(err)
	}
	s := recording.Snapshots[0]
	s.Device.Serial = device.Known("3EC4350721")
	s.Labels = device.Labels{Slot: "A7", Asset: []device.Field{{Name: "Tag", Value: "T-0042"}}}
	return s, checks.Run(s, checks.All())
}

func silence(t *testing.T, text string) (left, silenced []string) {
	t.Helper()
	list, err := Read(strings.NewReader(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, findings := patient(t)
	kept, quiet := list.Apply(s, findings)
	if len(kept)+len(quiet) != len(findings) {
		t.Errorf("%d findings became %d and %d", len(findings), len(kept), len(quiet))
	}
	for _, cause := range checks.Diagnose(s, kept).Causes {
		left = append(left, cause.Check.ID)
	}
	for _, f := range quiet {
		silenced = append(silenced, f.Check.ID+": "+f.Because)
	}
	return left, silenced
}

func TestApply(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		left     []string
		silenced []string
	}{
		"nothing": {"", []string{"backup-turned-off", "software-out-of-date"}, nil},
		"a cause with its symptom": {
			"- {id: backup-turned-off, reason: backs up to a computer}",
			[]string{"software-out-of-date"},
			[]string{"backup-turned-off: backs up to a computer", "backup-stale: backs up to a computer"},
		},
		"a symptom alone": {
			"- {id: backup-stale, reason: it is known}",
			[]string{"backup-turned-off", "software-out-of-date"}, []string{"backup-stale: it is known"},
		},
		"what is no trouble": {"- {id: icloud-storage-full, reason: x}", []string{"backup-turned-off", "software-out-of-date"}, nil},
		"a warning":          {"- {id: software-out-of-date, reason: frozen}", []string{"backup-turned-off"}, []string{"software-out-of-date: frozen"}},
		"expired": {
			"- {id: software-out-of-date, reason: frozen, expires: 2026-11-19}",
			[]string{"backup-turned-off", "software-out-of-date"}, nil,
		},
		"on its last day": {
			"- {id: software-out-of-date, reason: frozen, expires: 2026-11-20}",
			[]string{"backup-turned-off"}, []string{"software-out-of-date: frozen"},
		},
		"of another device": {
			"- {id: software-out-of-date, reason: frozen, devices: [B*, other, T-01*]}",
			[]string{"backup-turned-off", "software-out-of-date"}, nil,
		},
		"by slot":   {"- {id: software-out-of-date, reason: frozen, devices: [A*]}", []string{"backup-turned-off"}, []string{"software-out-of-date: frozen"}},
		"by serial": {"- {id: software-out-of-date, reason: frozen, devices: [3EC4350721]}", []string{"backup-turned-off"}, []string{"software-out-of-date: frozen"}},
		"by tag":    {"- {id: software-out-of-date, reason: frozen, devices: ['T-00??']}", []string{"backup-turned-off"}, []string{"software-out-of-date: frozen"}},
	} {
		t.Run(name, func(t *testing.T) {
			left, silenced := silence(t, c.text)
			if diff := cmp.Diff(c.left, left); diff != "" {
				t.Errorf("causes that are left (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.silenced, silenced); diff != "" {
				t.Errorf("silenced (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApplyByUDID(t *testing.T) {
	s, _ := patient(t)
	for _, udid := range []string{s.Device.UDID, device.UDIDKey(s.Device.UDID)} {
		if left, _ := silence(t, "- {id: software-out-of-date, reason: frozen, devices: ['"+udid+"']}"); len(left) != 1 {
			t.Errorf("%s: %v is left", udid, left)
		}
	}
}

func TestExpired(t *testing.T) {
	list, err := Read(strings.NewReader("- {id: backup-stale, reason: x, expires: 2026-11-19}\n- {id: backup-stale, reason: y}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	expired := list.Expired(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	if len(expired) != 1 || expired[0].Reason != "x" {
		t.Errorf("expired are %v", expired)
	}
}

// The last day ends at midnight where the list is used, not in UTC.
func TestDaysAreLocal(t *testing.T) {
	const text = "- {id: software-out-of-date, reason: x, expires: 2026-11-19}"
	for name, c := range map[string]struct {
		zone *time.Location
		ends time.Time
	}{
		"UTC":          {nil, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		"ahead of UTC": {time.FixedZone("", 13*60*60), time.Date(2026, 11, 19, 11, 0, 0, 0, time.UTC)},
		"behind UTC":   {time.FixedZone("", -10*60*60), time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Read(strings.NewReader(text), c.zone)
			if err != nil {
				t.Fatal(err)
			}
			s, findings := patient(t)
			for at, silenced := range map[time.Time]int{c.ends.Add(-time.Second): 1, c.ends: 0} {
				s.TakenAt = at
				_, quiet := list.Apply(s, findings)
				if len(quiet) != silenced || len(list.Expired(at)) != 1-silenced {
					t.Errorf("at %s: %d findings are silenced, and %d entries have expired", at, len(quiet), len(list.Expired(at)))
				}
				for _, f := range quiet {
					if !f.Until.Equal(c.ends) {
						t.Errorf("silenced until %s, want %s", f.Until, c.ends)
					}
				}
			}
			if got := list.entries[0].Expires.Format(time.DateOnly); got != "2026-11-19" {
				t.Errorf("the day is shown as %s", got)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add("- {id: backup-stale, reason: x, devices: [A*], expires: 2027-01-31}")
	f.Add("- &a {id: backup-stale, reason: x}\n- *a\n- *a")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Read(strings.NewReader(text), nil)
		if err != nil {
			return
		}
		for _, e := range list.entries {
			if e.ID == "" || e.Reason == "" {
				t.Errorf("an entry without an id or a reason: %+v", e)
			}
		}
		s := device.Snapshot{Device: device.Identity{UDID: "x"}, TakenAt: time.Unix(0, 0)}
		findings := checks.Run(s, checks.All())
		kept, silenced := list.Apply(s, findings)
		if len(kept)+len(silenced) != len(findings) {
			t.Errorf("%d findings became %d and %d", len(findings), len(kept), len(silenced))
		}
	})
}
