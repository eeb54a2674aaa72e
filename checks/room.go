package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// room holds the free iCloud storage and the needs of the next backup, in bytes.
type room struct {
	free, need uint64
	hasNeed    bool
	parts      []device.DomainSize // of the next backup, largest first; none if unknown
	evidence   []Evidence
}

// nearlyFull is the free storage below which iCloud counts as full: less than any backup.
const nearlyFull = 50_000_000

// roomOf returns the free storage reported by a person, with the needs of the next backup, also
// from the person or else from the newest record. It returns false if no one reported the free
// storage.
func roomOf(s device.Snapshot) (room, bool) {
	a, asked := said(s, device.FreeICloudQuestion)
	free, err := a.Bytes.Get()
	if !asked || err != nil {
		return room{}, false
	}
	r := room{free: free, evidence: []Evidence{answerEvidence(a, "Free iCloud storage", words.Size(free), "")}}
	bytes, rec, recorded := recall(s, func(h device.History) device.Fact[uint64] { return h.Next.TotalBytes })
	if recorded {
		r.need, r.hasNeed = bytes, true
		r.parts, _ = rec.Next.Domains.Get() // none if unknown
	}
	if a, ok := said(s, device.NextSizeQuestion); ok {
		if bytes, err := a.Bytes.Get(); err == nil {
			r.need, r.hasNeed = bytes, true
			r.evidence = append(r.evidence, answerEvidence(a, "Size of the next iCloud backup", words.Size(bytes), "at most "+words.Size(free)))
			return r, true
		}
	}
	if recorded {
		r.evidence = append(r.evidence, rec.read("Size of the next iCloud backup", words.Size(bytes), "at most "+words.Size(free), sizingSource+" / _TotalSize"))
	}
	return r, true
}

// spaceAnswered judges the checks about iCloud storage by what is free and what is needed.
func spaceAnswered(s device.Snapshot, check *Check) (Finding, bool) {
	switch check.ID {
	case "icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive", "storage-plan-lapsed":
	default:
		return Finding{}, false
	}
	r, known := roomOf(s)
	if !known {
		return Finding{}, false
	}
	f := Finding{Evidence: r.evidence}
	tooLarge := check.ID == "backup-too-large"
	full := check.ID == "icloud-storage-full"
	switch {
	case r.hasNeed && r.need <= r.free:
		f.Status, f.Summary = OK, r.sizes()+", so it fits."
	case tooLarge && r.hasNeed:
		f.Status, f.Summary = Problem, r.sizes()+r.wouldFit()+"."
	case full && r.hasNeed:
		f.Status, f.Summary = Problem, r.sizes()+"."
	case full && r.free < nearlyFull:
		f.Status, f.Summary = Problem, words.Size(r.free)+" are free in iCloud."
	default:
		f.Status, f.Summary = Ask, words.Size(r.free)+" are free in iCloud."
	}
	return f, true
}

func (r room) sizes() string {
	return fmt.Sprintf("The next backup needs %s, and %s are free in iCloud", words.Size(r.need), words.Size(r.free))
}

// wouldFit names the largest apps and other parts without which the backup would fit, as the
// end of a sentence; "" if they are unknown, or if leaving out five is not enough.
func (r room) wouldFit() string {
	const atMost = 5
	var left []string
	need := r.need
	for _, part := range r.parts[:min(len(r.parts), atMost)] {
		if need <= r.free {
			break
		}
		need -= min(need, part.Bytes)
		left = append(left, fmt.Sprintf("%s (%s)", partName(part.Domain), words.Size(part.Bytes)))
	}
	if len(left) == 0 || need > r.free {
		return ""
	}
	return ": without " + strings.Join(left, ", ") + " it would fit"
}
