package checks

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// expects returns where the device is supposed to back up, by its policy.
func expects(s device.Snapshot) device.Expectation { return s.Policy.Expects(s.TakenAt) }

// Expected splits the findings for a device into those that count and those about a backup that
// is not expected of it. Whether the device could be examined always counts.
func Expected(s device.Snapshot, findings []Finding) (kept []Finding, unexpected []Silenced) {
	counts := []*Check{notTrusted, usbmuxdTrouble}
	switch expects(s) {
	case device.ExpectICloud:
		return findings, nil
	case device.ExpectComputer:
		counts = append(counts, localBackupBroken, noGoodCopy, localBackupEncryptionForced)
	}
	for _, f := range findings {
		if (f.Status == Problem || f.Status == Warning) && !slices.Contains(counts, f.Check) {
			unexpected = append(unexpected, Silenced{Finding: f, Because: because(s)})
			continue
		}
		kept = append(kept, f)
	}
	return kept, unexpected
}

// because describes what the inventory expects of a device, as a clause.
func because(s device.Snapshot) string {
	text := "no iCloud backup is expected"
	if expects(s) == device.ExpectComputer {
		text = "its backups are expected on a computer"
	}
	if !s.Policy.ExpectedSince.IsZero() {
		text += " since " + moment(s.Policy.ExpectedSince)
	}
	return text
}

// expectedHeadline returns the diagnosis of a device without a cause that is not expected to
// back up to iCloud; "" for any other.
func expectedHeadline(s device.Snapshot, d Diagnosis) string {
	switch {
	case d.Verdict == Suppressed && expects(s) == device.ExpectNone:
		return sentence(because(s))
	case d.Verdict == BackedUp && expects(s) == device.ExpectComputer:
		b, proof, _ := expectedCopy(s)
		return goodCopy(s, b, proof)
	case d.Verdict == NoCauseFound && expects(s) == device.ExpectComputer:
		return sentence(because(s) + missing(d.Proof))
	default:
		return ""
	}
}

// computerNeeded lists what "backed up" means for a device that backs up to a computer.
var computerNeeded = []needed{
	{"copy-on-computer", "A backup that the next one can build on is on this computer", "whether a backup is on this computer is unknown", showCopy},
	{"copy-whole", "The newest backup on this computer is whole", "whether the newest backup on this computer is whole is unknown", showCopyWhole},
	{"copy-fresh", "The newest backup on this computer is recent", "the age of the newest backup on this computer is unproved", showCopyFresh},
}

// neededOf lists what "backed up" means for a device.
func neededOf(s device.Snapshot) []needed {
	if expects(s) == device.ExpectComputer {
		return computerNeeded
	}
	return allNeeded
}

// expectedCopy returns the backup used to judge a device that backs up to a computer: the
// newest whole one that is not set aside, else the newest. found is false if there is none.
func expectedCopy(s device.Snapshot) (b device.Backup, proof device.Proof, found bool) {
	for _, other := range s.Backups {
		if other.Archived {
			continue
		}
		p, err := localProof(other)
		if !found {
			b, proof, found = other, p, true
		}
		if err == nil && BackupVerdict(p) == device.Whole {
			return other, p, true
		}
	}
	return b, proof, found
}

func showCopy(s device.Snapshot) proof {
	if b, p, found := expectedCopy(s); found {
		return shownBy(true, localEvidence(s, b, p)...)
	}
	places, err := s.BackupPlaces.Get()
	if err != nil {
		return notShown(s, err)
	}
	return shownBy(false, placesEvidence(s, places))
}

func showCopyWhole(s device.Snapshot) proof {
	b, _, found := expectedCopy(s)
	if !found {
		return notShown(s, device.Inconclusive)
	}
	p, err := localProof(b)
	if err != nil {
		return notShown(s, err)
	}
	return shownBy(BackupVerdict(p) == device.Whole, localEvidence(s, b, p)...)
}

func showCopyFresh(s device.Snapshot) proof {
	b, _, found := expectedCopy(s)
	if !found {
		return notShown(s, device.Inconclusive)
	}
	age, err := localAge(s, b)
	if err != nil {
		return notShown(s, err)
	}
	return shownBy(days(age) <= fineFor(s), copyDate(s, s.TakenAt.Add(-age)))
}

func copyDate(s device.Snapshot, at time.Time) Evidence {
	return read(s, "Backup made", moment(at), "at most "+count(fineFor(s), "day")+" ago", "Status.plist / Date, Info.plist / Last Backup Date")
}

func placesEvidence(s device.Snapshot, places uint64) Evidence {
	return read(s, "Backup folders searched", fmt.Sprint(places), "", "this computer")
}

// judgeExpectedCopy judges a device that backs up to a computer.
func judgeExpectedCopy(s device.Snapshot) []Finding {
	b, _, found := expectedCopy(s)
	if !found {
		places, err := s.BackupPlaces.Get()
		if err == nil && places == 0 {
			err = device.NotAsked
		}
		if err != nil {
			return unknown(s, "Whether a backup is on this computer", err)
		}
		if len(s.Backups) > 0 {
			return expectedProblem("Only archived copies of this device were found on this computer, where its backups are expected.", placesEvidence(s, places))
		}
		return expectedProblem("No backup of this device was found on this computer, where its backups are expected.", placesEvidence(s, places))
	}
	proof, err := localProof(b)
	evidence := localEvidence(s, b, proof)
	switch {
	case err != nil && !errors.Is(err, device.Inconclusive):
		return unknown(s, "Whether the "+localName(b)+" is whole", err)
	case err != nil:
		return []Finding{{Status: Unknown, Gap: device.Gap{Reason: device.Inconclusive}, Evidence: evidence,
			Summary: fmt.Sprintf("Whether the %s is whole is unknown. %s.", localName(b), hiding(proof))}}
	case BackupVerdict(proof) != device.Whole:
		return expectedProblem(fmt.Sprintf("The %s is broken (%s).", localName(b), device.Token(decisiveFault(proof).Mode)), evidence...)
	}
	switch fresh := showCopyFresh(s); fresh.shown {
	case ShownTrue:
		return ok(goodCopy(s, b, proof), evidence...)
	case ShownFalse:
		return expectedProblem(clause(goodCopy(s, b, proof))+", and too old.", append(fresh.evidence, evidence...)...)
	default:
		return []Finding{{Status: Unknown, Gap: fresh.gap, Evidence: evidence, Summary: "The age of the " + localName(b) + " is unproved."}}
	}
}

func expectedProblem(summary string, evidence ...Evidence) []Finding {
	found := problem(summary, evidence...)
	found[0].Remedies = []remedies.ID{remedies.ComputerBackup}
	return found
}
