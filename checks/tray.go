package checks

import (
	"math"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// clockWitnesses is how many devices must differ from this computer by the same amount for its
// own clock to be in doubt.
const clockWitnesses = 3

// A Member is what one device contributes to the comparison of the devices in a run.
type Member struct {
	Skew   device.Fact[float64] // how far its clock is ahead of this computer's, in seconds
	Newest string               // the release it runs; "" for a beta or if unknown
	Table  string               // the highest version in the table of releases it was compared with; "" if there is none
}

// MemberOf returns what a device contributes.
func MemberOf(s device.Snapshot) Member {
	m := Member{Skew: device.Unknown[float64](device.NotAsked)}
	if OtherClass(s) {
		return m
	}
	if s.Live != nil {
		m.Skew = s.Live.ClockSkewSeconds
	}
	if release, err := s.Newest.Get(); err == nil {
		m.Table = release.TableNewest
	}
	if beta, err := preRelease(s); err == nil && !beta {
		m.Newest, _ = s.Device.ProductVersion.Get()
	}
	return m
}

// Members collects the devices of one run for comparison. The zero value is empty.
type Members struct {
	agree          int       // devices whose clocks agree with this computer's
	skews          []float64 // of those that do not, sorted
	tables, newest versionCounts
}

// Add adds a device.
func (all *Members) Add(m Member) { all.change(m, 1) }

// Remove removes a device that was added.
func (all *Members) Remove(m Member) { all.change(m, -1) }

func (all *Members) change(m Member, by int) {
	all.tables.change(m.Table, by)
	all.newest.change(m.Newest, by)
	skew, err := m.Skew.Get()
	if err != nil || math.IsNaN(skew) || math.IsInf(skew, 0) {
		return
	}
	if math.Abs(skew) <= clockDiffers.Seconds() {
		all.agree += by
		return
	}
	switch at, found := slices.BinarySearch(all.skews, skew); {
	case by > 0:
		all.skews = slices.Insert(all.skews, at, skew)
	case found:
		all.skews = slices.Delete(all.skews, at, at+1)
	}
}

// Together returns what the devices show together. before is the newest version seen in earlier
// runs; "" if unknown.
//
// This computer's clock is in doubt if at least three devices differ from it by about the same
// amount and no more than that agree with it: a wrong clock on a device would also differ from
// other devices.
func (all *Members) Together(before string) device.Tray {
	var tray device.Tray
	if alike := mostAlike(all.skews); len(alike) >= clockWitnesses && len(alike) >= all.agree {
		tray.ClockAheadSeconds, tray.ClockDevices = alike[len(alike)/2], uint64(len(alike))
	}
	table := all.tables.highest()
	if table == (device.Version{}) {
		return tray
	}
	seen, where := all.newest.highest(), seenOnTray
	if v, err := device.ParseVersion(before); err == nil && v.Compare(seen) > 0 {
		seen, where = v, seenBefore
	}
	if seen.Major > table.Major {
		tray.NewestSeen, tray.NewestSeenWhere = seen.String(), where
	}
	return tray
}

// versionCounts is how many devices have each version.
type versionCounts map[device.Version]int

// change ignores text that is not a version.
func (c *versionCounts) change(text string, by int) {
	v, err := device.ParseVersion(text)
	if err != nil {
		return
	}
	if *c == nil {
		*c = versionCounts{}
	}
	if (*c)[v] += by; (*c)[v] == 0 {
		delete(*c, v)
	}
}

// highest returns the highest version, or the zero version if there is none.
func (c versionCounts) highest() (highest device.Version) {
	for v := range c {
		if v.Compare(highest) > 0 {
			highest = v
		}
	}
	return highest
}

// Where a version newer than the table's was seen.
const (
	seenOnTray = "tray"
	seenBefore = "history"
)

// mostAlike returns the largest group of sorted differences that are within the tolerance of
// each other.
func mostAlike(skews []float64) []float64 {
	var most []float64
	for from, to := 0, 0; to < len(skews); to++ {
		for skews[to]-skews[from] > clockDiffers.Seconds() {
			from++
		}
		if group := skews[from : to+1]; len(group) > len(most) && (group[0] > 0) == (group[len(group)-1] > 0) {
			most = group
		}
	}
	return most
}

// trayClock returns how far the clocks of several devices are ahead of this computer's by the
// same amount; doubted is false if this computer's clock is not in doubt.
func trayClock(s device.Snapshot) (ahead time.Duration, doubted bool) {
	return skewDuration(s.Tray.ClockAheadSeconds), s.Tray.ClockDevices >= clockWitnesses
}
