package checks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// leads are the causes that a source of evidence leads to, with the strength of the strongest
// finding based on it for each.
type leads map[*Check]codes.Strength

// sourceLeads returns all sources of evidence, as the judgements' tables use them: the evidence
// of an unhealthy finding, restricted to evidence that states what a healthy device shows if
// there is any.
func sourceLeads() map[string]leads {
	sources := map[string]leads{}
	note := func(source string, check *Check, f Finding) {
		if strings.Contains(source, "://") {
			return // a published document, not the device
		}
		if sources[source] == nil {
			sources[source] = leads{}
		}
		before, has := sources[source][check]
		if !has || slices.Index(strengths, f.strength()) < slices.Index(strengths, before) {
			sources[source][check] = f.strength()
		}
	}
	for check, rows := range judgements {
		for _, row := range rows {
			for _, f := range check.Judge(row.snapshot) {
				f.Check = check
				compared := slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Expected != "" })
				for _, e := range f.Evidence {
					if (f.Status == Problem || f.Status == Warning) && (e.Expected != "" || !compared) && !strings.HasPrefix(e.Key, againstKey) {
						note(e.Source, check, f)
					}
				}
			}
		}
	}
	for _, check := range All() {
		if check.Answers.unwell() == "" {
			continue
		}
		s := well()
		answer(check.ID, map[bool]string{true: "no", false: "yes"}[check.Answers.Yes == ""])(&s)
		if f, ok := answered(s, check); ok {
			f.Check, f.Strength = check, codes.States
			note(answerSource, check, f)
		}
	}
	return sources
}

// evidenceCatalogue writes which causes each source of evidence leads to, and how strongly.
func evidenceCatalogue() string {
	var b strings.Builder
	b.WriteString(sourcesHead)
	sources := sourceLeads()
	for _, source := range slices.Sorted(maps.Keys(sources)) {
		var links []string
		list := slices.SortedFunc(maps.Keys(sources[source]), func(a, b *Check) int {
			return cmp.Or(cmp.Compare(slices.Index(strengths, sources[source][a]), slices.Index(strengths, sources[source][b])), cmp.Compare(a.ID, b.ID))
		})
		for _, check := range list {
			links = append(links, fmt.Sprintf("%s [%s](#%s)", sources[source][check], check.ID, check.ID))
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.ReplaceAll(source, "|", "\\|"), strings.Join(links, ", "))
	}
	return b.String()
}

const sourcesHead = `
# What evidence leads to

Each source of evidence with the causes that it leads to where it is unhealthy, and how strongly at most: it *states* the cause, it *points to* it without proof, or the cause is one of several that it *may be*. The codes and messages that records, logs and people give are in the table before.

| Source of evidence | Causes |
| --- | --- |
`

// Every check that can find something has a source, code or message leading to it.
func TestEveryCauseIsLedTo(t *testing.T) {
	led := map[*Check]bool{}
	for source, checks := range sourceLeads() {
		for check, strength := range checks {
			led[check] = true
			if !slices.Contains(strengths, strength) {
				t.Errorf("%s leads to %s %q", source, check.ID, strength)
			}
		}
	}
	for _, check := range All() {
		if !led[check] && check != falseAlarm {
			t.Errorf("nothing leads to %s", check.ID)
		}
	}
}

// The strength of a finding depends on its evidence alone.
func TestStrengthOfEvidence(t *testing.T) {
	for name, test := range map[string]struct {
		snapshot device.Snapshot
		check    *Check
		want     codes.Strength
	}{
		"a switch that was read":           {well(switchedOff), backupTurnedOff, codes.States},
		"nine crashes":                     {well(lastBackedUp(20*aDay), crashed("backupd", nights(9)...)), transientGlitch, codes.States},
		"one crash":                        {well(lastBackedUp(20*aDay), crashed("backupd", aDay)), transientGlitch, codes.MayBe},
		"a code that states":               {well(lastBackedUp(20*aDay), recorded(aDay, failed(2*aDay, 303))), icloudStorageFull, codes.States},
		"a code that points":               {well(lastBackedUp(20*aDay), recorded(aDay, failed(2*aDay, 308))), wifiMissing, codes.PointsTo},
		"a profile's name":                 {well(lastBackedUp(5*aDay), profiled("Acme VPN")), vpnProxyFirewall, codes.MayBe},
		"little room":                      {well(lastBackedUp(5*aDay), freeRoom(1_200_000_000, 0)), deviceStorageLow, codes.PointsTo},
		"an answer":                        {well(lastBackedUp(5*aDay), answer("terms-not-accepted", "yes")), termsNotAccepted, codes.States},
		"an answer about what may block":   {well(lastBackedUp(5*aDay), answer("wifi-slow-unstable", "yes")), wifiSlowUnstable, codes.States},
		"a release known to switch it off": {well(lastBackedUp(5*aDay), running("16.3", "20D47")), iosRegression, codes.States},
	} {
		if f := findingFor(t, test.snapshot, test.check); f.strength() != test.want {
			t.Errorf("%s %s %s, want %s: %s", name, f.strength(), test.check.ID, test.want, f.Summary)
		}
	}
}
