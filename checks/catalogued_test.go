package checks

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

func TestEveryRowOfTheTableIsWhole(t *testing.T) {
	known := map[string]bool{}
	for _, check := range All() {
		known[check.ID] = true
	}
	for _, m := range codes.Meanings() {
		title := m.Title()
		if m.InICloud == "" && m.InComputerBackup == "" {
			t.Errorf("%s has no meaning", title)
		}
		for _, text := range []string{m.InICloud, m.InComputerBackup} {
			if text != "" && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: is no sentence: %q", title, text)
			}
		}
		// A code that never affects iCloud Backup may have no cause in this catalogue.
		if m.InICloud != "" && len(m.RulesOut) == 0 && (len(m.Checks) == 0 || len(m.Remedies) == 0) {
			t.Errorf("%s: has no cause or no remedy", title)
		}
		for i, id := range m.Checks {
			if !known[id] || slices.Contains(m.Checks[:i], id) {
				t.Errorf("%s: names the check %s, which is unknown or named before", title, id)
			}
		}
		var tiers []remedies.Tier
		for i, id := range m.Remedies {
			remedy, ok := remedies.Find(id)
			if !ok || slices.Contains(m.Remedies[:i], id) {
				t.Errorf("%s: names the remedy %s, which is unknown or named before", title, id)
				continue
			}
			tiers = append(tiers, remedy.Tier)
		}
		if !slices.IsSortedFunc(tiers, cmp.Compare) {
			t.Errorf("%s: its remedies are not cheapest and safest first: %v", title, m.Remedies)
		}
		if len(m.Sources) == 0 {
			t.Errorf("%s: has no source", title)
		}
		v := validator{}
		v.sources(title, m.Sources)
		for _, violation := range v.violations {
			t.Error(violation)
		}
	}
}
