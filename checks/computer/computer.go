// Package computer judges the computer that reads devices, and suggests remedies for its
// operating system.
package computer

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Line is the result of one check of the computer.
type Line struct {
	ID       string        // never renamed
	Title    string        // the good state, as a statement
	Status   checks.Status // ok only if it was confirmed
	Summary  string        // what was seen
	Source   string        // where it was seen
	Remedies []string      // what to do, one step each; none if it is ok
}

// Judge returns the result of every check, in order.
func Judge(c device.Computer) []Line {
	return slices.Concat(
		[]Line{muxReached(c), muxCurrent(c), muxDevices(c), pairRecords(c)},
		folders(c),
		rooms(c),
		[]Line{clock(c), releaseTable(c), history(c)},
	)
}

// muxReached judges whether usbmuxd accepts connections. On Linux it may run only while a
// device is plugged in.
func muxReached(c device.Computer) Line {
	l := Line{ID: "usbmuxd-reachable", Title: "usbmuxd is running and accepts connections", Source: "connection to " + c.Mux.Address}
	reached, err := c.Mux.Reached.Get()
	if reached {
		return l.is(checks.OK, "usbmuxd accepts connections at "+c.Mux.Address)
	}
	onUSB, _ := c.Mux.OnUSB.Get() // 0 if unknown
	installed, errInstalled := c.Mux.Installed.Get()
	gap := device.GapOf(err)
	switch {
	case gap.Reason == device.NotPermitted:
		return l.is(checks.Problem, "this user may not connect to "+c.Mux.Address, socketRemedy(c))
	case gap.Reason == device.ComputerLimit:
		return l.is(checks.Unknown, "whether usbmuxd accepts connections is unknown: "+gap.Error(), "close other programs, or allow more open files (ulimit -n)")
	case c.Mux.Named:
		return l.is(checks.Problem, fmt.Sprintf("nothing accepts connections at %s: %s", c.Mux.Address, whyNot(gap)),
			"correct --usbmux or USBMUXD_SOCKET_ADDRESS, or leave them unset to use this system's usbmuxd")
	case errInstalled == nil && !installed:
		return l.is(checks.Problem, "usbmuxd is not installed", installRemedies(c)...)
	case errInstalled == nil && onUSB == 0:
		return l.is(checks.Unknown, fmt.Sprintf("usbmuxd is installed but not running at %s; it may start with the first device", c.Mux.Address),
			"connect an iPhone or iPad with a cable that carries data", startRemedy(c))
	default:
		return l.is(checks.Problem, fmt.Sprintf("nothing accepts connections at %s: %s", c.Mux.Address, whyNot(gap)), startOrInstall(c)...)
	}
}

// whyNot describes why a connection failed.
func whyNot(gap device.Gap) string {
	switch gap.Detail {
	case "missing":
		return "there is no such socket"
	case "refused":
		return "no program listens there"
	}
	if gap.Reason == device.Timeout {
		return "it did not answer in time"
	}
	return "the connection failed"
}

// muxCurrent judges usbmuxd by its answers: versions before 1.0.9 can neither list devices nor
// keep pair records for other programs.
func muxCurrent(c device.Computer) Line {
	l := Line{ID: "usbmuxd-current", Title: "usbmuxd is new enough", Source: "usbmuxd, ListDevices and ReadBUID"}
	lists, errLists := c.Mux.Lists.Get()
	records, errRecords := c.Mux.HasRecords.Get()
	switch {
	case errRecords == nil && !records:
		return l.is(checks.Problem, "usbmuxd does not keep pair records for other programs: it is older than version 1.0.9", updateRemedy(c))
	case errRecords != nil:
		return l.is(checks.Unknown, "whether usbmuxd keeps pair records is not known: "+muxReason(errRecords))
	case lists:
		return l.is(checks.OK, "usbmuxd lists devices and keeps pair records")
	case errLists == nil && c.Mux.Cables+c.Mux.Networks > 0:
		return l.is(checks.OK, "usbmuxd keeps pair records; it refuses the list of devices and announces them one by one")
	case errLists == nil:
		return l.is(checks.Warning, "usbmuxd refuses the list of devices, and announces none", updateRemedy(c))
	default:
		return l.is(checks.Unknown, "whether usbmuxd lists devices is not known: "+muxReason(errLists))
	}
}

// muxDevices compares the devices listed by usbmuxd with those the system sees on USB.
func muxDevices(c device.Computer) Line {
	l := Line{ID: "devices-listed", Title: "Attached devices are listed", Source: "usbmuxd, ListDevices and Listen"}
	if reached, err := c.Mux.Reached.Get(); !reached {
		return l.is(checks.Unknown, "the devices are not known: "+muxReason(err))
	}
	onUSB, err := c.Mux.OnUSB.Get()
	seen := err == nil
	switch cables := c.Mux.Cables; {
	case c.Mux.Malformed > 0:
		return l.is(checks.Warning, fmt.Sprintf("usbmuxd lists %s in a form that cannot be understood, beside %s",
			count(c.Mux.Malformed, "device"), count(cables+c.Mux.Networks, "other")), replug, startRemedy(c))
	case seen && onUSB > cables && !c.Mux.Named:
		return l.is(checks.Problem, fmt.Sprintf("USB has %s, and usbmuxd lists %d", count(onUSB, "Apple device"), cables), replug, startRemedy(c))
	case cables+c.Mux.Networks > 0:
		return l.is(checks.OK, fmt.Sprintf("usbmuxd lists %s on USB and %d on Wi-Fi only", count(cables, "device"), c.Mux.Networks))
	case seen && !c.Mux.Named:
		return l.is(checks.Warning, "no Apple device is on USB", otherCable)
	default:
		return l.is(checks.Unknown, "usbmuxd lists no device; whether one is on USB cannot be seen", otherCable)
	}
}

const (
	replug     = "unlock the device, unplug it, and plug it in again"
	otherCable = "connect an iPhone or iPad with a cable that carries data, directly and not through a hub, and unlock it"
)

// pairRecords judges whether usbmuxd returns pair records and can save new ones.
func pairRecords(c device.Computer) Line {
	l := Line{ID: "pair-records-readable", Title: "Pair records can be read", Source: "usbmuxd, ReadPairRecord"}
	var read, none int
	var broken error
	for _, record := range c.Mux.Records {
		switch _, err := record.Get(); {
		case err == nil:
			read++
		case device.GapOf(err).Reason == device.NeverPaired:
			none++
		default:
			broken = err
		}
	}
	there, err := c.Mux.RecordsFolder.Get()
	switch {
	case broken != nil:
		return l.is(checks.Problem, "the pair record of a listed device could not be read: "+reason(broken), startRemedy(c), updateRemedy(c))
	case err == nil && !there && !c.Mux.Named:
		l.Source = recordsFolder
		return l.is(checks.Problem, "usbmuxd has no folder for pair records, so none can be kept", "sudo mkdir -p "+recordsFolder, startRemedy(c))
	case read > 0:
		return l.is(checks.OK, fmt.Sprintf("usbmuxd hands out the pair records of %s; %d have none", count(read, "listed device"), none))
	case none > 0:
		return l.is(checks.Unknown, fmt.Sprintf("usbmuxd says that it has no pair record of %s", count(none, "listed device")),
			"backupdoctor scan --pair asks a device for trust")
	default:
		return l.is(checks.Unknown, "no listed device has a pair record to read")
	}
}

// recordsFolder is where usbmuxd keeps pair records on Linux.
const recordsFolder = "/var/lib/lockdown"

// folders judges whether the backup folders can be read.
func folders(c device.Computer) []Line {
	if len(c.Folders) == 0 {
		l := Line{ID: "backups-readable", Title: "Folders of backups can be read", Source: "this system's usual folders"}
		return []Line{l.is(checks.Unknown, "no Apple program keeps backups on this system", "backupdoctor scan --backups DIR names a folder")}
	}
	var lines []Line
	for _, f := range c.Folders {
		l := Line{ID: "backups-readable", Title: "Folders of backups can be read", Source: f.Path}
		switch _, err := f.Read.Get(); {
		case err == nil:
			l = l.is(checks.OK, fmt.Sprintf("%s can be read and holds %s", f.Path, count(f.Backups, "backup")))
		case device.GapOf(err).Reason == device.Absent:
			l = l.is(checks.Unknown, "there is no folder "+f.Path)
		case device.GapOf(err).Reason == device.NotPermitted:
			l = l.is(checks.Problem, "this program may not read "+f.Path, foldersRemedy(c)...)
		default:
			l = l.is(checks.Unknown, fmt.Sprintf("%s could not be read: %s", f.Path, reason(err)))
		}
		lines = append(lines, l)
	}
	return lines
}

// Free space below which a disk that stores data gets a warning, or is a problem.
const (
	littleRoom = 1 << 30
	noRoom     = 50 << 20
)

func rooms(c device.Computer) []Line {
	var lines []Line
	for _, r := range c.Rooms {
		l := Line{ID: "room", Title: "There is enough disk space", Source: r.Path}
		free, err := r.FreeBytes.Get()
		summary := fmt.Sprintf("%.1f GB are free for %s, at %s", float64(free)/1e9, r.What, r.Path)
		switch {
		case err != nil:
			l = l.is(checks.Unknown, fmt.Sprintf("the room for %s is not known: %s", r.What, reason(err)))
		case free < noRoom:
			l = l.is(checks.Problem, summary, "free room on that disk")
		case free < littleRoom:
			l = l.is(checks.Warning, summary, "free room on that disk")
		default:
			l = l.is(checks.OK, summary)
		}
		lines = append(lines, l)
	}
	return lines
}

// clock judges the clock, which the dates of backups are compared with.
func clock(c device.Computer) Line {
	l := Line{ID: "clock", Title: "The clock is right", Source: "this computer's clock"}
	now := c.Clock.Now
	synchronized, err := c.Clock.Synchronized.Get()
	switch {
	case now.Before(c.Clock.NotBefore):
		return l.is(checks.Problem, fmt.Sprintf("the clock says %s, which is before %s, the date of the table of releases",
			now.Format(time.DateOnly), c.Clock.NotBefore.Format(time.DateOnly)), clockRemedy(c))
	case err == nil && synchronized:
		l.Source = clockSource(c)
		return l.is(checks.OK, "the clock is synchronized with a time server")
	case err == nil:
		l.Source = clockSource(c)
		return l.is(checks.Unknown, "the clock says "+now.Format(time.DateOnly)+" and is not synchronized with a time server", clockRemedy(c))
	default:
		return l.is(checks.Unknown, "the clock says "+now.Format(time.DateOnly)+"; whether it is synchronized cannot be seen")
	}
}

// clockSource names what reports whether the clock is synchronized.
func clockSource(c device.Computer) string {
	if c.OS == "windows" {
		return "settings of the Windows Time service"
	}
	return "the kernel's clock"
}

// oldTable is the age by which Apple has certainly released something new.
const oldTable = 90 * 24 * time.Hour

func releaseTable(c device.Computer) Line {
	l := Line{ID: "releases-current", Title: "The table of releases is current", Source: c.Releases.Source + " table of releases"}
	const update = "backupdoctor releases update, which uses the internet; offline with --from and a copy of Apple's list"
	date := c.Releases.Date.Format(time.DateOnly)
	if _, err := c.Releases.Updated.Get(); err != nil && device.GapOf(err).Reason != device.Absent {
		return l.is(checks.Warning, "the updated table of releases cannot be used; the one of "+date+" is", update)
	}
	switch age := c.TakenAt.Sub(c.Releases.Date); {
	case c.Releases.Date.IsZero():
		return l.is(checks.Unknown, "there is no table of releases", update)
	case age < 0:
		return l.is(checks.Unknown, "the table of releases is of "+date+", later than the clock says")
	case age > oldTable:
		return l.is(checks.Warning, fmt.Sprintf("the table of releases is of %s, %d days ago", date, int(age.Hours()/24)), update)
	default:
		return l.is(checks.OK, "the table of releases is of "+date)
	}
}

func history(c device.Computer) Line {
	l := Line{ID: "history-usable", Title: "The history can be used", Source: "history database"}
	switch _, err := c.History.Get(); {
	case err == nil:
		return l.is(checks.OK, "the history database opens, and its tables are as they should be")
	case device.GapOf(err).Reason == device.Absent:
		return l.is(checks.Unknown, "there is no history yet", "backupdoctor scan starts one")
	case device.GapOf(err).Reason == device.NotAsked:
		return l.is(checks.Unknown, "no history is kept")
	case device.GapOf(err).Reason == device.Unreachable:
		return l.is(checks.Problem, "the history database is not there", "backupdoctor history says where it should be")
	default:
		return l.is(checks.Problem, "the history database cannot be opened", "backupdoctor history says why, and what to do")
	}
}

// is fills in a line.
func (l Line) is(status checks.Status, summary string, remedies ...string) Line {
	l.Status, l.Summary = status, summary
	for _, remedy := range remedies {
		if remedy != "" {
			l.Remedies = append(l.Remedies, remedy)
		}
	}
	return l
}

// reason returns a gap in words; a zero fact was not read.
func reason(err error) string {
	if err == nil {
		err = device.NotAsked
	}
	return device.GapOf(err).Error()
}

// muxReason returns in words why usbmuxd did not answer. The same reasons mean something else of a
// device or a folder.
func muxReason(err error) string {
	switch {
	case err != nil && device.GapOf(err).Reason == device.Unreachable:
		return "usbmuxd could not be reached"
	case err != nil && device.GapOf(err).Reason == device.NotPermitted:
		return "this user may not connect to it"
	default:
		return reason(err)
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
