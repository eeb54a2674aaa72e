package checks

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Need is one statement that must be shown true of a device for the verdict [BackedUp].
type Need struct {
	ID       string     // "switched-on": kebab-case, never reused, never renamed
	Text     string     // the statement, without a full stop: "iCloud Backup is on"
	Shown    Shown      // whether it was shown
	Evidence []Evidence // what it is based on; none if it was not shown
	Gap      device.Gap // why it could not be shown; zero if it was, or was shown false
	lack     string
}

// Shown is whether a statement was shown true of a device.
type Shown string

const (
	ShownTrue  Shown = "true"
	ShownFalse Shown = "false"
	NotShown   Shown = "unknown" // what it requires could not be read; Gap says why
)

// A needed is a need independent of any device.
type needed struct {
	id   string
	text string
	lack string // what to say if it was not shown, as a clause
	show func(device.Snapshot) proof
}

// proof is the result of a need for one device.
type proof struct {
	shown    Shown
	evidence []Evidence
	gap      device.Gap
}

// allNeeded is the full list of what "backed up" means, in the order shown. Every item must be
// shown true.
var allNeeded = []needed{
	{"identity", "The device says which device it is, and which software it runs", "its model or version is unknown", showIdentity},
	{"read-to-the-end", "The device was read to the end", "it was read only in part", showReadToTheEnd},
	{"switched-on", "iCloud Backup is on", "whether iCloud Backup is on is unknown", showSwitchedOn},
	{"last-backup", "The date of the last good iCloud backup is known", "the date of the last good iCloud backup is unknown", showLastBackup},
	{"clock", "The device's clock was read, and this computer's is not in doubt", "its clock or this computer's is unknown, so the age of the last backup is unproved", showClock},
	{"fresh-by-device", "The last good backup is recent by the device's clock", "by the device's clock the last good backup is not recent", showFreshByDevice},
	{"fresh-by-computer", "The last good backup is recent by this computer's clock", "by this computer's clock the last good backup is not recent", showFreshByComputer},
	{"no-failure-since", "No failed or unfinished attempt is on record since, in any source that was opened", "whether an attempt failed since is unknown", showNoFailureSince},
}

// Prove evaluates every need for [BackedUp] on a device.
func Prove(s device.Snapshot) []Need {
	var list []Need
	for _, r := range neededOf(s) {
		p := r.show(s)
		list = append(list, Need{ID: r.id, Text: r.text, lack: r.lack, Shown: p.shown, Evidence: p.evidence, Gap: p.gap})
	}
	return list
}

// NeedText returns the statement with an ID; "" if this version does not know it.
func NeedText(id string) string {
	for _, n := range slices.Concat(allNeeded, computerNeeded) {
		if n.id == id {
			return n.text
		}
	}
	return ""
}

// allShown reports whether every statement in a list was shown true.
func allShown(list []Need) bool {
	for _, s := range list {
		if s.Shown != ShownTrue {
			return false
		}
	}
	return len(list) > 0
}

func shownBy(holds bool, evidence ...Evidence) proof {
	if holds {
		return proof{shown: ShownTrue, evidence: evidence}
	}
	return proof{shown: ShownFalse, evidence: evidence}
}

func notShown(s device.Snapshot, err error) proof {
	gap := device.GapOf(err)
	if gap.Reason == device.NotAsked {
		gap = silence(s)
	}
	return proof{shown: NotShown, gap: gap}
}

func showIdentity(s device.Snapshot) proof {
	if _, err := live(s).Recognized.Get(); isNameless(s) {
		return notShown(s, err)
	}
	product, err := s.Device.ProductType.Get()
	if err != nil {
		return notShown(s, err)
	}
	version, err := s.Device.ProductVersion.Get()
	if err != nil {
		return notShown(s, err)
	}
	return shownBy(s.Device.UDID != "",
		readIdentity(s, "Model", device.Token(product), "", "Product Type"),
		readIdentity(s, "Installed", device.Token(version), "", "Product Version"))
}

func showReadToTheEnd(s device.Snapshot) proof {
	if s.Live != nil && s.Live.Ended.Reason != "" {
		return proof{shown: NotShown, gap: s.Live.Ended}
	}
	for _, r := range s.Histories {
		if r.Ended.Reason != "" {
			return proof{shown: NotShown, gap: r.Ended}
		}
	}
	return shownBy(true)
}

func showSwitchedOn(s device.Snapshot) proof {
	on, err := live(s).CloudBackup.Enabled.Get()
	if err == nil {
		return shownBy(on, read(s, "iCloud Backup switch", onOff(on), "on", "lockdown com.apple.mobile.backup / CloudBackupEnabled"))
	}
	if !silent(err) {
		return notShown(s, err)
	}
	on, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.CloudBackup.Enabled })
	switch {
	case !known || r.old():
		return notShown(s, unreadOnRecord(s, err, pastSwitch))
	case contradictory(r.History):
		return notShown(s, device.Inconclusive)
	}
	return shownBy(on, r.read("iCloud Backup switch", onOff(on), "on", "HomeDomain com.apple.mobile.ldbackup.plist / CloudBackupEnabled"))
}

// lastBackupRead returns the end of the last good backup, from the device or a record.
func lastBackupRead(s device.Snapshot) (time.Time, Evidence, error) {
	at, _, err := lastBackup(s)
	if !silent(err) {
		return at, backupDate(s, at), err
	}
	if at, _, r, known := pastBackup(s); known {
		return at, r.backupDate(s, at), nil
	}
	return time.Time{}, Evidence{}, unreadOnRecord(s, err, pastLast)
}

func showLastBackup(s device.Snapshot) proof {
	_, date, err := lastBackupRead(s)
	if err != nil {
		return notShown(s, err)
	}
	return shownBy(true, date)
}

func showClock(s device.Snapshot) proof {
	_, _, evidence, err := clockReading(s)
	if err != nil {
		return notShown(s, err)
	}
	if _, doubted := trayClock(s); doubted {
		return notShown(s, device.Inconclusive)
	}
	return shownBy(true, evidence)
}

func showFreshByDevice(s device.Snapshot) proof {
	ahead, _, _, err := clockReading(s)
	if err != nil {
		return notShown(s, err)
	}
	return showFresh(s, s.TakenAt.Add(ahead))
}

// showFreshByComputer proves nothing if the clock is in doubt.
func showFreshByComputer(s device.Snapshot) proof {
	if _, doubted := trayClock(s); doubted {
		return notShown(s, device.Inconclusive)
	}
	return showFresh(s, s.TakenAt)
}

func showFresh(s device.Snapshot, now time.Time) proof {
	at, date, err := lastBackupRead(s)
	if err != nil {
		return notShown(s, err)
	}
	age := now.Sub(at)
	return shownBy(age > -ClockTolerance && days(age) <= fineFor(s), date)
}

// showNoFailureSince checks every source of attempts that was opened. A source that was opened
// but could not be read, even in part, leaves the statement unknown, as does an attempt without a
// date.
func showNoFailureSince(s device.Snapshot) proof {
	list := traces(s)
	if len(list) > 0 && !list[0].at.IsZero() {
		return shownBy(false, traceEvidence(list)...)
	}
	if len(s.Attempts) > 0 && s.Attempts[0].Outcome == device.AttemptUnended {
		return shownBy(false, logLines(s.Attempts[0])...)
	}
	for _, r := range records(s) {
		if _, err := r.CloudBackup.Results.Get(); silent(err) && opened(err) {
			return notShown(s, err)
		}
		if r.CloudBackup.UnreadResults+r.Schedule.UnreadWindows > 0 && !superseded(s, r) {
			return notShown(s, device.Malformed)
		}
	}
	if slices.ContainsFunc(s.Histories, func(h device.History) bool { return mayHideFailure(s, h) }) {
		return notShown(s, device.Implausible)
	}
	if len(list) > 0 {
		return notShown(s, device.Inconclusive)
	}
	return shownBy(true)
}

// mayHideFailure reports whether a record that is dated in the future, and therefore not used, has a
// failed attempt or one that cannot be read.
func mayHideFailure(s device.Snapshot, h device.History) bool {
	asOf, err := h.AsOf.Get()
	if err != nil || s.TakenAt.Sub(asOf) > -ClockTolerance {
		return false
	}
	results, err := attempts(h).Get()
	if err != nil {
		return silent(err) && opened(err)
	}
	return h.CloudBackup.UnreadResults+h.Schedule.UnreadWindows > 0 ||
		slices.ContainsFunc(results, func(result device.PastAttempt) bool { return result.Code != 0 })
}

// opened returns false for a record that was locked or inaccessible, so that nothing in it was
// read.
func opened(err error) bool {
	switch device.GapOf(err).Reason {
	case device.NeedsPassword, device.NotPermitted, device.NotAsked:
		return false
	default:
		return true
	}
}
