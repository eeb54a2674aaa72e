package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// together returns what devices show, after adding and removing one more.
func together(members []Member, before string) device.Tray {
	var all Members
	more := Member{Skew: device.Known(3601.0), Newest: "99.0", Table: "98.0"}
	all.Add(more)
	for _, m := range members {
		all.Add(m)
	}
	all.Remove(more)
	return all.Together(before)
}

// Whether this computer's clock is in doubt, by how far the devices' clocks are ahead.
func TestTheClockOfThisComputer(t *testing.T) {
	const hour, day = 3600, 24 * 3600
	for name, test := range map[string]struct {
		skews []float64
		count uint64
		ahead float64
	}{
		"none":                              {nil, 0, 0},
		"one":                               {[]float64{hour}, 0, 0},
		"two":                               {[]float64{hour, hour}, 0, 0},
		"three":                             {[]float64{hour + 2, hour, hour + 1}, 3, hour + 1},
		"five":                              {[]float64{-day, -day - 60, -day + 60, -day, -day}, 5, -day},
		"three a year off":                  {[]float64{365 * day, 365*day + 100, 365*day - 100}, 3, 365 * day},
		"three within the tolerance":        {[]float64{300, 290, 300}, 0, 0},
		"three that differ, each otherwise": {[]float64{hour, 2 * hour, 3 * hour}, 0, 0},
		"three in a row, too far apart":     {[]float64{hour, hour + 290, hour + 580}, 0, 0},
		"two alike, and one otherwise":      {[]float64{hour, hour, -hour}, 0, 0},
		"on both sides":                     {[]float64{-301, 301, 301}, 0, 0},
		"three alike, two otherwise":        {[]float64{hour, hour, hour, -day, 5 * day}, 3, hour},
		"three alike, two agree":            {[]float64{hour, 0, hour, 1, hour}, 3, hour},
		"three alike, four agree":           {[]float64{hour, 0, hour, 1, hour, 2, -2}, 0, 0},
		"three alike, three others alike":   {[]float64{hour, hour, hour, day, day, day}, 3, hour},
		"three alike, four others alike":    {[]float64{hour, hour, hour, day, day, day, day}, 4, day},
		"all agree":                         {[]float64{0, 1, -1, 2, 300}, 0, 0},
	} {
		var members []Member
		for _, skew := range test.skews {
			members = append(members, Member{Skew: device.Known(skew)})
		}
		members = append(members, Member{Skew: device.Unknown[float64](device.NotAsked)})
		tray := together(members, "")
		if tray.ClockDevices != test.count || tray.ClockAheadSeconds != test.ahead {
			t.Errorf("%s: %d devices, %v seconds; want %d, %v", name, tray.ClockDevices, tray.ClockAheadSeconds, test.count, test.ahead)
		}
	}
}

// doubted makes a device part of a tray in which three devices differ from this computer alike.
func doubted(ahead float64) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Tray = device.Tray{ClockAheadSeconds: ahead, ClockDevices: 3} }
}

var _ = enter(dateTimeWrong, []judgement{
	{"as the others", well(skewed(7200), doubted(7201)), Unknown,
		"Whether the device's clock is right is unknown: it is 2 hours ahead of this computer's, and this computer's clock is in doubt, because those of 3 devices differ from it by about the same amount.", device.Inconclusive},
	{"as this computer, where others differ", well(doubted(7200)), Unknown,
		"Whether the device's clock is right is unknown: it is less than a minute ahead of this computer's, and this computer's clock is in doubt, because those of 3 devices differ from it by about the same amount.", device.Inconclusive},
	{"off from both", well(skewed(10*24*3600), doubted(7200)), Problem, "The device's clock is 10 days ahead of this computer's, and 9 days ahead of those of 3 other devices.", ""},
	{"off from both by hours", well(skewed(-7200), doubted(7200)), Warning, "The device's clock is 2 hours behind this computer's, and 4 hours behind those of 3 other devices.", ""},
})

var _ = enter(backupStale, []judgement{
	{"old by a clock in doubt", well(lastBackedUp(20*aDay), skewed(-20*24*3600), doubted(-20*24*3600)), Unknown,
		"The last good iCloud backup is 20 days old by this computer's clock, less than a minute by the device's, and this computer's clock is in doubt.", device.Inconclusive},
	{"old by both clocks", well(lastBackedUp(40*aDay), skewed(-20*24*3600), doubted(-20*24*3600)), Problem,
		"The last good iCloud backup is 40 days old by this computer's clock, 20 days by the device's.", ""},
})

// A clock in doubt proves no age.
func TestAClockInDoubtProvesNothing(t *testing.T) {
	for name, s := range map[string]device.Snapshot{
		"as the others":    well(skewed(7200), doubted(7200)),
		"as this computer": well(doubted(7200)),
		"off by a day":     well(skewed(30*3600), doubted(30*3600)),
	} {
		d := Diagnose(s, Run(s, All()))
		if d.Verdict == BackedUp {
			t.Errorf("%s: %s, %s", name, d.Verdict, d.Headline)
		}
		if slices.ContainsFunc(d.Causes, func(c Cause) bool { return c.Check == dateTimeWrong }) {
			t.Errorf("%s: a wrong clock of the device: %s", name, d.Headline)
		}
		for _, n := range d.Proof {
			if (n.ID == "clock" || n.ID == "fresh-by-computer") && n.Shown != NotShown {
				t.Errorf("%s: %s is %s", name, n.ID, n.Shown)
			}
		}
	}
	if s := well(); Diagnose(s, Run(s, All())).Verdict != BackedUp {
		t.Error("the device without a doubt is not backed up")
	}
}

// A newer major version than the table's shows that the table is outdated.
func TestANewerMajorOnTheTray(t *testing.T) {
	member := func(version, table string) Member {
		return Member{Skew: device.Unknown[float64](device.NotAsked), Newest: version, Table: table}
	}
	for name, test := range map[string]struct {
		members     []Member
		before      string
		want, where string
	}{
		"as the table":               {[]Member{member("26.1", "26.1")}, "26.1", "", ""},
		"a newer minor":              {[]Member{member("26.4", "26.1")}, "26.5", "", ""},
		"a newer major on the tray":  {[]Member{member("26.1", "26.1"), member("27.0", "26.1")}, "", "27", seenOnTray},
		"a newer major before":       {[]Member{member("26.1", "26.1")}, "27.1", "27.1", seenBefore},
		"the highest of all":         {[]Member{member("27.0", "26.1"), member("28.0", "26.1")}, "27.1", "28", seenOnTray},
		"without a table":            {[]Member{member("27.0", "")}, "28", "", ""},
		"words":                      {[]Member{member("\x1b", "26.1"), member("", "26.1")}, "soon", "", ""},
		"an old model on a new tray": {[]Member{member("16.7.12", "26.1"), member("26.1", "26.1")}, "26.1", "", ""},
	} {
		tray := together(test.members, test.before)
		if tray.NewestSeen != test.want || tray.NewestSeenWhere != test.where {
			t.Errorf("%s: %q on the %q; want %q on the %q", name, tray.NewestSeen, tray.NewestSeenWhere, test.want, test.where)
		}
	}
	if m := MemberOf(well(func(s *device.Snapshot) { s.Device.BuildVersion = device.Known("24A5418b") })); m.Newest != "" {
		t.Errorf("a beta counts as %s", m.Newest)
	}
	for build, want := range map[string]string{"23G92": "26.6.1", "24B5084k": "", "24A446": "26.6.1", "": "", "?": ""} {
		s := well(func(s *device.Snapshot) {
			s.Device.BuildVersion = device.Known(build)
			if build == "" {
				s.Device.BuildVersion = device.Unknown[string](device.Absent)
			}
		})
		if m := MemberOf(s); m.Newest != want {
			t.Errorf("build %q counts as %q, want %q", build, m.Newest, want)
		}
	}
}

var _ = enter(softwareOutOfDate, []judgement{
	{"newest by a table that is too old", well(tableFrom(takenAt.Add(-aDay)), saw("27", seenOnTray)), Unknown,
		"iOS 26.6.1 is the newest that the table of 2026-11-21 knows for this model, and 27 was seen on a device of the same run: whether there is a newer one is unknown. A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list.", device.Inconclusive},
	{"newest, and a newer one seen before", well(tableFrom(takenAt.Add(-aDay)), saw("27.1", seenBefore)), Unknown,
		"iOS 26.6.1 is the newest that the table of 2026-11-21 knows for this model, and 27.1 was seen on a device of an earlier run: whether there is a newer one is unknown. A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list.", device.Inconclusive},
	{"behind, and a newer one seen", well(tableFrom(takenAt.Add(-aDay)), running("26.5", "23F75"), saw("27", seenOnTray)), Warning,
		"iOS 26.5 is behind 26.6.1, the newest that the table of 2026-11-21 knows for this model, and 27 was seen on a device of the same run.", ""},
})

func saw(version, where string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Tray.NewestSeen, s.Tray.NewestSeenWhere = version, where }
}
