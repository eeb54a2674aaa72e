package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// SoonDays is within how many days after a remedy a new iCloud backup counts for it.
const SoonDays = 3

// A RemedyRates lists how often remedies were followed by a new iCloud backup.
type RemedyRates struct {
	Header
	Days     int          `json:"days"`     // number of days in which the remedies were tried
	Remedies []RemedyRate `json:"remedies"` // by cause, most frequent first; for each cause, by how often a remedy was tried
}

// A RemedyRate is how often one remedy was followed by a new iCloud backup in the repairs of devices
// with one cause. A repair counts for each remedy that was tried in it, not for those that were
// skipped.
type RemedyRate struct {
	Check    string `json:"check"`         // id of the cause; "" if none was found
	Remedy   string `json:"remedy"`        // id of the remedy
	Tried    int    `json:"triedCount"`    // repairs in which it was tried, except open ones
	BackedUp int    `json:"backedUpCount"` // of those, with a new iCloud backup within 3 days
	Open     int    `json:"openCount"`     // repairs without a new iCloud backup in which it was tried less than 3 days ago
}

// Cause returns the cause in a few words.
func (r RemedyRate) Cause() string {
	if r.Check == "" {
		return "no cause found"
	}
	return ShortOf(r.Check)
}

// Title returns the title of the remedy.
func (r RemedyRate) Title() string { return remedyTitle(r.Remedy) }

// String returns "41 of 44 backed up within 3 days".
func (r RemedyRate) String() string {
	return fmt.Sprintf("%d of %d backed up within %d days", r.BackedUp, r.Tried, SoonDays)
}

// A Trial is a remedy that was tried in a repair.
type Trial struct {
	Check  string // id of the cause it was tried for; "" if none was found
	Remedy string // id of the remedy
	At     time.Time
}

// maxTrialCauses limits the causes of a repair that are looked at. A device has fewer.
const maxTrialCauses = 100

// Trials returns the remedies that were tried in a repair, each once for each cause it is for.
// Those that only look or only make a copy are left out, and so are remedies and causes that this
// version does not know.
func (r Repair) Trials() []Trial {
	var trials []Trial
	for _, e := range r.Events[:min(len(r.Events), device.MaxRepairEvents)] {
		if !e.tried() {
			continue
		}
		for _, check := range r.causesFor(e) {
			known := slices.ContainsFunc(trials, func(t Trial) bool { return t.Check == check && t.Remedy == e.Remedy })
			if !known {
				trials = append(trials, Trial{check, e.Remedy, e.At})
			}
		}
	}
	return trials
}

// tried reports whether a remedy that may bring a backup was carried out.
func (e RepairEvent) tried() bool {
	switch device.RepairEventKind(e.Kind) {
	case device.RepairConfirmed, device.RepairSeen, device.RepairLeft:
		remedy, known := remedies.Find(remedies.ID(e.Remedy))
		return known && (len(e.Gone) > 0 || remedy.Changes())
	default:
		return false
	}
}

// causesFor returns the causes that a remedy was tried for: those that it cleared and those in
// whose documentation it is. If there are none, it is the first cause of the repair.
func (r Repair) causesFor(e RepairEvent) []string {
	var causes, known []string
	all := r.Causes[:min(len(r.Causes), maxTrialCauses)]
	cleared := e.Gone[:min(len(e.Gone), maxTrialCauses)]
	for i, c := range slices.Concat(cleared, all) {
		check, ok := checks.Find(c.Check)
		if !ok {
			continue
		}
		known = append(known, c.Check)
		if (i < len(cleared) || slices.Contains(check.Remedies, remedies.ID(e.Remedy))) && !slices.Contains(causes, c.Check) {
			causes = append(causes, c.Check)
		}
	}
	switch {
	case len(causes) > 0:
		return causes
	case len(known) > 0:
		return known[:1]
	case len(r.Causes) == 0:
		return []string{""}
	default:
		return nil
	}
}
