package format

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// maxNext is the number of commands suggested at the end of the page.
const maxNext = 3

// A nextCommand is a suggested command and the devices it is for.
type nextCommand struct {
	text    string
	why     string
	devices []report.Device
	udid    string // how it takes the UDID of a device: " --udid " or " "; "" if it does not
}

// nextNotes returns the next command for each device, those for the most devices first.
func nextNotes(r report.Report) []string {
	var commands []nextCommand
	for _, next := range checks.Nexts() {
		for _, d := range r.Devices {
			if checks.Next(d.Next) != next {
				continue
			}
			c := commandFor(next, r, d)
			i := slices.IndexFunc(commands, func(other nextCommand) bool { return other.text == c.text })
			if i < 0 {
				i = len(commands)
				commands = append(commands, c)
			}
			commands[i].devices = append(commands[i].devices, d)
		}
	}
	slices.SortStableFunc(commands, func(a, b nextCommand) int { return cmp.Compare(len(b.devices), len(a.devices)) })
	var notes []string
	for _, c := range commands[:min(len(commands), maxNext)] {
		notes = append(notes, c.line(r))
	}
	return notes
}

// line returns the command, its devices if there are several, and what it does.
func (c nextCommand) line(r report.Report) string {
	text := "Next: "
	named := c.udid != "" && len(c.devices) == 1 && len(r.Devices) > 1 && !r.Redacted
	if len(r.Devices) > 1 && !named {
		text = fmt.Sprintf("Next for %s: ", c.whose())
	}
	text += c.text
	if named {
		text += c.udid + device.Token(c.devices[0].UDID)
	}
	if c.why != "" {
		text += " (" + c.why + ")"
	}
	return text
}

// whose names the device that the command is for, or counts the devices.
func (c nextCommand) whose() string {
	if len(c.devices) == 1 {
		return device.Quoted(cmp.Or(c.devices[0].Name, c.devices[0].UDID))
	}
	return words.Count(len(c.devices), "device")
}

// commandFor returns the command for the next step with a device.
func commandFor(next checks.Next, r report.Report, d report.Device) nextCommand {
	const flag, argument = " --udid ", " "
	attached := d.Connection != ""
	ifAttached := ""
	if attached {
		ifAttached = flag
	}
	switch next {
	case checks.NextPair:
		why := "asks the device to show the Trust dialog"
		if d.Reason == string(device.TrustDenied) {
			why = "once the device was unplugged and plugged in again: " + why
		}
		return nextCommand{text: "backupdoctor scan --pair", why: why, udid: flag}
	case checks.NextSelfCheck:
		return nextCommand{text: "backupdoctor self-check", why: "finds what is wrong on this computer"}
	case checks.NextScan:
		return nextCommand{text: "backupdoctor scan", why: "unlock the device, check its cable, and scan it again", udid: flag}
	case checks.NextMessage:
		return nextCommand{text: again(attached) + " --message TEXT", why: "TEXT is what the device shows about the failed backup", udid: ifAttached}
	case checks.NextAsk:
		return nextCommand{text: again(attached) + " --ask", why: "asks what only a person can answer, and rules causes out", udid: ifAttached}
	case checks.NextListen:
		return nextCommand{text: "backupdoctor listen", why: "follows the log while you tap Back Up Now", udid: flag}
	case checks.NextSysdiagnose:
		return nextCommand{text: "backupdoctor sysdiagnose", why: "the device gathers its logs, which are searched for failed backups", udid: ifAttached}
	case checks.NextVerify:
		const why = "proves the backup on this computer"
		if slices.ContainsFunc(r.Places, func(p report.Place) bool { return p.Program == "" }) {
			return nextCommand{text: "backupdoctor verify --backups DIR", why: "DIR is the folder of this scan: " + why, udid: argument}
		}
		return nextCommand{text: "backupdoctor verify", why: why, udid: argument}
	default:
		return nextCommand{text: "backupdoctor explain " + device.Token(firstFinding(d.Whole()))}
	}
}

// again returns the scan to repeat: of the attached device, or of the report's source.
func again(attached bool) string {
	if attached {
		return "backupdoctor scan"
	}
	return "the same scan with"
}

// firstFinding returns the check of the first finding.
func firstFinding(d report.Device) string {
	if len(d.Findings) == 0 {
		return ""
	}
	return d.Findings[0].Check
}
