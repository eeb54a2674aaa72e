package scan

import (
	"maps"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// maxHeld is how many results a run without an end holds: it may last for months. The history has
// the others.
const maxHeld = report.MaxOpen

// Recall gives the run a function that passes on the devices of this run that are in the history,
// each as last finished, oldest first. It must be called before a device is finished.
func (r *Run) Recall(recall func(keep func(report.Device)) error) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.recall = recall
}

// forget drops the oldest results of a run without an end that are in the history, down to
// maxHeld. A forgotten device no longer counts when devices are compared, except for its version.
func (r *Run) forget() {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	if !r.endless || r.recall == nil || r.keepsSnapshots() {
		return
	}
	for _, number := range slices.Sorted(maps.Keys(r.results)) {
		if len(r.results) <= maxHeld {
			return
		}
		if !r.results[number].Stored {
			continue
		}
		r.before = newerVersion(r.before, r.members[number].Newest)
		r.dropLocked(number)
		r.forgotten = true
	}
}

// newerVersion returns the newer of two versions. Text that is not a version is older than any.
func newerVersion(a, b string) string {
	newer, err := device.ParseVersion(b)
	if err != nil {
		return a
	}
	if older, err := device.ParseVersion(a); err == nil && older.Compare(newer) >= 0 {
		return a
	}
	return b
}

// recalled returns the results that were forgotten, unless their device was finished again. They
// have the parts of a snapshot that an inventory and an MDM export are compared with.
func (r *Run) recalled() (results []Result, err error) {
	if !r.forgotten {
		return nil, nil
	}
	held := map[string]bool{}
	for _, result := range r.results {
		held[device.UDIDKey(result.Snapshot.Device.UDID)] = true
	}
	err = r.recall(func(d report.Device) {
		if held[device.UDIDKey(d.UDID)] {
			return
		}
		s := &device.Snapshot{TakenAt: d.TakenAt, Device: device.Identity{UDID: d.UDID, Serial: knownText(d.Serial), Name: knownText(d.Name)}}
		kept := r.packer.Keep(d, len(results))
		results = append(results, Result{Snapshot: s, Shown: s, Device: &kept})
	})
	return results, err
}

// knownText returns a text of a report as a fact; "" means unknown there.
func knownText(text string) device.Fact[string] {
	if text == "" {
		return device.Unknown[string](device.NotAsked)
	}
	return device.Known(text)
}
