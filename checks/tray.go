package checks

import (
	"math"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// clockWitnesses is how many devices have to differ from this computer alike for its own clock
// to be in doubt.
const clockWitnesses = 3

// A Member is what one device contributes to what the devices of a run show together.
type Member struct {
	Skew   device.Fact[float64] // how far its clock is ahead of this computer's, in seconds
	Newest string               // the release that it runs; "" for a beta, and where that is unknown
	Table  string               // the highest version of the table of releases it was compared with; "" if there is none
}

// MemberOf is what a device contributes.
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

// Together is what the devices of one run show together. before is the newest version that
// was seen in earlier runs; "" if that is not known.
//
// The clock of this computer is in doubt where at least three devices differ from it by about
// the same amount, and no more agree with it: a wrong clock of a device differs from those of
// others.
func Together(members []Member, before string) device.Tray {
	var tray device.Tray
	var skews []float64
	agree := 0
	for _, m := range members {
		skew, err := m.Skew.Get()
		switch {
		case err != nil || math.IsNaN(skew) || math.IsInf(skew, 0):
		case math.Abs(skew) <= clockDiffers.Seconds():
			agree++
		default:
			skews = append(skews, skew)
		}
	}
	if alike := mostAlike(skews); len(alike) >= clockWitnesses && len(alike) >= agree {
		tray.ClockAheadSeconds, tray.ClockDevices = alike[len(alike)/2], uint64(len(alike))
	}
	table := device.Version{}
	for _, m := range members {
		if v, err := device.ParseVersion(m.Table); err == nil && v.Compare(table) > 0 {
			table = v
		}
	}
	if table == (device.Version{}) {
		return tray
	}
	seen := table
	note := func(version, where string) {
		if v, err := device.ParseVersion(version); err == nil && v.Major > table.Major && v.Compare(seen) > 0 {
			seen, tray.NewestSeen, tray.NewestSeenWhere = v, v.String(), where
		}
	}
	for _, m := range members {
		note(m.Newest, seenOnTray)
	}
	note(before, seenBefore)
	return tray
}

// Where a newer version than the table has was seen.
const (
	seenOnTray = "tray"
	seenBefore = "history"
)

// mostAlike is the largest group of differences that lie within the tolerance of each other,
// sorted.
func mostAlike(skews []float64) []float64 {
	slices.Sort(skews)
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

// trayClock is how far the clocks of several devices are ahead of this computer's, all alike;
// false where this computer's clock is not in doubt.
func trayClock(s device.Snapshot) (ahead time.Duration, doubted bool) {
	return skewDuration(s.Tray.ClockAheadSeconds), s.Tray.ClockDevices >= clockWitnesses
}
