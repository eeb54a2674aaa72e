package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// everyCode returns every code in the table, and some unknown ones.
func everyCode() []codes.ID {
	ids := []codes.ID{{Domain: codes.MBErrorDomain, Number: 9999}, {Domain: "com.example.unheard", Number: 7}}
	for _, m := range codes.Meanings() {
		if m.Domain != "" {
			ids = append(ids, codes.ID{Domain: m.Domain, Number: m.Number})
		}
	}
	return ids
}

// A code says only what the device reported, and never what only a person or another reading
// could say.
func TestNoCodePrintsTheSentenceOfOtherEvidence(t *testing.T) {
	foreign := map[string]string{"crash report": "a crash", "status page": "Apple's page", "restarted": "a person", "at night": "a person"}
	for _, check := range All() {
		if sentence := clause(check.Answers.unwell()); sentence != "" {
			foreign[sentence] = check.ID
		}
	}
	sources := map[string]func(codes.ID) device.Snapshot{
		"log": func(id codes.ID) device.Snapshot {
			return well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, with(behind(string(id.Domain), id.Number))))
		},
		"record": func(id codes.ID) device.Snapshot {
			return well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, id.Number), func(h *device.History) {
				results, _ := h.CloudBackup.Results.Get()
				results[len(results)-1].Domain = string(id.Domain)
			}))
		},
	}
	for source, snapshot := range sources {
		for i, id := range everyCode() {
			if i%7 > 0 && testing.Short() {
				continue // the race detector finds no more in all of them
			}
			s := snapshot(id)
			d := Diagnose(s, Run(s, All()))
			texts := []string{d.Headline}
			for _, cause := range d.Causes {
				texts = append(texts, cause.Summary)
			}
			for _, text := range texts {
				for sentence, from := range foreign {
					if m, _ := codes.Find(id); strings.Contains(text, sentence) && !strings.Contains(m.InICloud, sentence) {
						t.Errorf("%s: %s/%d prints %q, which is the sentence of %s: %s", source, id.Domain, id.Number, sentence, from, text)
					}
				}
			}
			if called := (failure{codes: []codes.ID{id}}).calledOff(); len(d.Causes) == 0 && !called {
				t.Errorf("%s: %s/%d gives no cause", source, id.Domain, id.Number)
			}
		}
	}
}

// Each code that does not name its cause says how strongly it points to one.
func TestACodeSaysHowStronglyItPoints(t *testing.T) {
	for _, test := range []struct {
		code int
		want string
	}{
		{303, "iCloud Backup has been failing since 2026-11-22 07:00 UTC (1 attempt): iCloud has too little room for the backup (error 303, 1 hour ago)."},
		{304, "iCloud Backup has been failing since 2026-11-22 07:00 UTC (1 attempt): iCloud is not available at the moment (HTTP 503) (error 304, 1 hour ago; points to: iCloud outage)."},
		{2, "iCloud Backup has been failing since 2026-11-22 07:00 UTC (1 attempt): Several errors at once (error 2, 1 hour ago; may be: fault without a named cause)."},
	} {
		s := well(lastBackedUp(12*aDay), recorded(0, failed(time.Hour, test.code)))
		if got := Diagnose(s, Run(s, All())).Headline; got != test.want {
			t.Errorf("%d\ngot  %s\nwant %s", test.code, got, test.want)
		}
	}
}

// With a clock that is 314 days off, ages are given by both clocks, and nothing is called
// probably deleted.
func TestAgesOfAWrongClock(t *testing.T) {
	for _, days := range []time.Duration{-314, 314} {
		off := func(s *device.Snapshot) {
			s.Live.ClockSkewSeconds = device.Known((days * aDay).Seconds())
			s.Live.CloudBackup.Last = device.Known(s.TakenAt.Add(days*aDay - aDay))
		}
		s := well(off)
		stale := firstFinding(t, s, backupStale)
		if stale.Status == OK || !strings.Contains(stale.Summary, "by this computer's clock") || !strings.Contains(stale.Summary, "1 day") && !strings.Contains(stale.Summary, "24 hours") {
			t.Errorf("%d days: %s %q", days, stale.Status, stale.Summary)
		}
		if kept := firstFinding(t, s, backupExpired180Days); kept.Status == Warning || strings.Contains(kept.Summary, "probably been deleted") {
			t.Errorf("%d days: %s %q", days, kept.Status, kept.Summary)
		}
	}
}

// Profiles on an unsupervised device are a question.
func TestAProfileOnAnUnsupervisedDeviceIsAQuestion(t *testing.T) {
	s := well(switchedOff, lastBackedUp(9*aDay), func(s *device.Snapshot) {
		s.Live.Management.Supervised = device.Known(false)
		s.Live.Management.Profiles = device.Known([]device.Profile{{Name: device.Known("Office Wi-Fi"), Identifier: "net.example.wifi"}})
	})
	if f := firstFinding(t, s, mdmDisallowsBackup); f.Status != Ask {
		t.Errorf("got %s %q", f.Status, f.Summary)
	}
	s.Live.Management.Supervised = device.Known(true)
	if f := firstFinding(t, s, mdmDisallowsBackup); f.Status != Warning {
		t.Errorf("supervised: got %s %q", f.Status, f.Summary)
	}
}
