package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// A codeAdvice is the known meaning of a code, as reported by users, and what to do next.
type codeAdvice struct{ means, next string }

// adviceByCode maps the codes with which devices end a backup to a computer.
var adviceByCode = map[int]codeAdvice{
	1:   {"the device gave no reason", restartAgain},
	3:   {"it could not make a snapshot of its own disk", restartAgain},
	22:  {"management forbids backups to a computer", "ask who manages the device"},
	25:  {"it is still being restored from iCloud", "wait until the restore has ended, then run the same command again"},
	103: {"it could not read what is in the copy", "run the same command again; if it ends the same way, use --full"},
	104: {"it could not write to this computer, or could not read one of its own files", "check the disk that holds the copies, and its free space, then run the same command again"},
	203: {"it cannot use the folder of the copy", "use --full, which begins with an empty one"},
	205: {"the copy that it continued does not match its list of files", "use --full, which begins with an empty one"},
	207: {"a backup password is needed and none is set, or it was changed", setPassword},
	208: {"it stayed locked, or its passcode was not entered in time", "unlock it, run the same command again, and enter the passcode when it asks"},
	212: {"it is not set up yet", "finish the setup on the device first"},
}

const (
	restartAgain = "restart the device and run the same command again"
	setPassword  = "the owner sets one in Finder or Apple Devices: Encrypt local backup; from then on every backup of this device to any computer needs it, and it cannot be read back"
	resumeAgain  = "run the same command again: what has arrived is kept, and not sent twice where the device agrees"
)

// shortOfRoom is the code with which a device asks for more room.
const shortOfRoom = 105

// worded returns a copy with its summary and hint, for a device with a UDID. Times are in UTC.
func (c Copy) worded(udid string) *Copy {
	c.Summary, c.Hint = CopyWords(udid, c, func(at time.Time) string { return words.Moment(at.UTC()) })
	return &c
}

// CopyWords says how a copy ended and what to do next, with times as day writes them.
func CopyWords(udid string, c Copy, day func(time.Time) string) (summary, hint string) {
	everything := "backupdoctor backup --full --udid " + device.Token(udid) + " sends everything again"
	switch device.CopyVerdict(c.Verdict) {
	case device.CopyProved:
		return "whole, proved " + c.proved(day) + c.kept(day), ""
	case device.CopyMeasured:
		return c.measured(), ""
	case device.CopyBroken:
		return "the copy is broken; " + cmp.Or(c.provedBefore(day), c.noneBefore()), everything
	case device.CopyNotProved:
		summary, hint = c.notProved(day)
		return summary + c.noneProved(), cmp.Or(hint, everything)
	case device.CopyNotFinished, device.CopyRefused, device.CopyNotStarted:
		summary, hint = c.failure()
		if before := c.provedBefore(day); before != "" {
			summary += "; " + before
		}
		return summary, hint
	default:
		return "ended with a verdict that this version does not know", ""
	}
}

// proved says when the copy was proved, and since when files that it shares with the copy before were
// not read.
func (c Copy) proved(day func(time.Time) string) string {
	text := day(c.ProvedAt)
	if !c.OldestAt.IsZero() && day(c.OldestAt) != text {
		text += fmt.Sprintf("; some files were last read %s, and not sent since", day(c.OldestAt))
	}
	return text
}

func (c Copy) measured() string {
	if c.RequiredBytes == nil {
		return "the size of a full backup was not measured"
	}
	text := fmt.Sprintf("a full backup needs about %s, as the device counts; clones of files are counted in full", words.Size(*c.RequiredBytes))
	if c.FullSeconds != nil {
		text += "; at the speed of the last copy it takes " + words.Duration(time.Duration(*c.FullSeconds*float64(time.Second)))
	}
	if c.FreeBytes != nil && *c.FreeBytes <= *c.RequiredBytes {
		text += fmt.Sprintf("; only %s are free", words.Size(*c.FreeBytes))
	}
	return text
}

// kept names the newest other copy that is still there.
func (c Copy) kept(day func(time.Time) string) string {
	i := slices.IndexFunc(c.Others, func(o OtherCopy) bool { return !o.Removed })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("; the copy of %s was kept", day(c.Others[i].Date))
}

// provedBefore names the newest other copy that is known to be good, if there is one.
func (c Copy) provedBefore(day func(time.Time) string) string {
	i := slices.IndexFunc(c.Others, func(o OtherCopy) bool { return !o.Removed && o.Verdict == string(device.CopyProved) })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("the proved copy of %s was kept", day(c.Others[i].Date))
}

// noneBefore says that no other copy is known to be good.
func (c Copy) noneBefore() string {
	if c.Others == nil {
		return "whether there is a proved copy of this device is not known"
	}
	return "there is no proved copy of this device"
}

// notProved says why a finished copy is not proved. No hint means that a full copy may help.
func (c Copy) notProved(day func(time.Time) string) (summary, hint string) {
	const complete = "complete, but not proved: "
	switch c.Reason {
	case "not-sent":
		return fmt.Sprintf("not proved: it lacks %s that the device could not read%s", words.Count(len(c.NotSent), "file"), c.kept(day)), restartAgain
	case "record-missing":
		return complete + "what arrived of some files is not known, as the records of the copy before are lost or damaged", ""
	case "not-sent-unread":
		return complete + "the record of the files that the device did not send could not be read", ""
	case "password-needed":
		return complete + "it is encrypted, and its password was not given", "backupdoctor verify with its password proves it later"
	case "password-wrong":
		return complete + "it is encrypted, and the password given does not open it", "backupdoctor verify with its password proves it later"
	}
	const later = "backupdoctor verify --deep proves it later, or says what is wrong"
	if fault, ok := faults.Find(c.Reason); ok {
		return complete + fault.Title, later
	}
	why, _ := c.failure()
	return complete + why, later
}

// noneProved says how many copies there are if none is proved: then two that may be whole are kept.
func (c Copy) noneProved() string {
	there := slices.DeleteFunc(slices.Clone(c.Others), func(o OtherCopy) bool { return o.Removed })
	if len(there) == 0 || slices.ContainsFunc(there, func(o OtherCopy) bool { return o.Verdict == string(device.CopyProved) }) {
		return ""
	}
	return fmt.Sprintf("; none of its %d copies is proved, and the newest two that may be whole are kept until one is", len(there)+1)
}

// failure says why there is no new copy, and what to do next.
func (c Copy) failure() (text, hint string) {
	again := resumeAgain
	if c.Verdict == string(device.CopyNotStarted) || c.SizeOnly {
		again = "run the same command again"
	}
	reason := device.Reason(c.Reason)
	if kind, ok := strings.CutPrefix(c.Reason, string(device.CopyOnDisk)); ok {
		return c.refusedByDisk(kind, again)
	}
	switch reason {
	case device.CopyEnded:
		return c.ended()
	case device.CopyNoPassword:
		return "not started: management demands a backup password, and none is set on the device", setPassword
	case device.CopyCancelled:
		return "cancelled on the device", again
	case device.CopyBadPath:
		return "the device sent a file name that is not allowed", "nothing of it was written; do not trust this device"
	case device.CopyInUse:
		return "another program is making or removing a copy of this device", "wait until it has ended"
	case device.CopyUnfinished:
		return "the device said that it was done, but Status.plist does not say finished", again
	case device.CopyNoLists:
		return "the device said that it was done, but sent no list of a new backup", again
	case device.CopyFailed:
		return "this computer reported an error: " + cmp.Or(c.Detail, "its text is not known"), again
	case device.Interrupted:
		return "interrupted", again
	case device.NeverPaired, device.TrustStale, device.TrustPending, device.TrustDenied:
		return "it does not trust this computer", "unlock it, run backupdoctor scan --pair, and tap Trust"
	case device.NotAttached:
		return reason.Error(), "connect it with a cable, and " + again
	case device.Busy:
		return cmp.Or(c.Detail, reason.Error()), "wait until the other program has ended"
	}
	if c.Verdict == string(device.CopyNotFinished) {
		switch reason {
		case device.Detached, device.Truncated, device.Unreachable:
			return "the connection to the device ended", "connect it to a port of the computer itself with another cable, and " + again
		case device.Timeout:
			return "the device sent nothing for half an hour", "restart the device and " + again
		}
	}
	text = reason.Error()
	if c.Detail != "" {
		text += " (" + c.Detail + ")"
	}
	return text, again
}

// leastRoom is the free space, in bytes, below which no copy is started.
const leastRoom = 64 << 20

// refusedByDisk says what the disk of the library refused, what that left as it was, and what to do.
func (c Copy) refusedByDisk(kind, again string) (text, hint string) {
	needs := "a copy needs at least " + words.Size(leastRoom)
	if c.MostBytes != nil && *c.MostBytes > leastRoom {
		needs += fmt.Sprintf(" (%s are stored on the device)", words.Size(*c.MostBytes))
	}
	folder, free, another := c.Library, c.FreeBytes, "name another disk with --to"
	if c.OtherDisk != "" {
		folder, free, another = c.OtherDisk, nil, ""
	}
	text, step := words.Disk(kind, device.Quoted(folder), c.Detail, free, needs)
	switch verdict := device.CopyVerdict(c.Verdict); {
	case kind == "gone", kind == "not-there": // what is left is not known
		again = "run the same command again"
	case verdict == device.CopyNotStarted:
		text += "; no backup was started, and no copy was changed"
	case verdict == device.CopyNotFinished, verdict == device.CopyRefused:
		text += "; what has arrived is kept, and no copy was changed"
	}
	switch {
	case kind == "not-there":
		return text, again
	case step == "":
		return text, cmp.Or(another, again)
	case another == "":
		return text, step + "; then " + again
	}
	return text, step + ", or " + another + "; then " + again
}

// ended words the error with which the device ended the backup. The codes are Apple's own, and
// undocumented.
func (c Copy) ended() (text, hint string) {
	if c.Error == nil {
		return "the device ended the backup with an error", restartAgain
	}
	if c.Error.Code == shortOfRoom {
		return c.tooLittleRoom(), "free some room, or name another disk with --to; iCloud storage has nothing to do with it"
	}
	text = fmt.Sprintf("the device ended the backup with error %d (%s, unofficial)", c.Error.Code, c.Error.Domain)
	advice, known := adviceByCode[c.Error.Code]
	if known {
		text += ": " + advice.means
	}
	if c.Error.Message != "" {
		text += "; it says " + c.Error.Message
	}
	return text, cmp.Or(advice.next, restartAgain)
}

// tooLittleRoom says how much room the device asked for, and how much is free.
func (c Copy) tooLittleRoom() string {
	switch {
	case c.RequiredBytes == nil:
		return "there is too little room for the copy (error 105, unofficial)"
	case c.FreeBytes == nil:
		return fmt.Sprintf("the device asked for %s, which is too much (error 105, unofficial); it counts files that share their contents in full", words.Size(*c.RequiredBytes))
	}
	return fmt.Sprintf("the device asked for %s, and %s are free (error 105, unofficial); it counts files that share their contents in full",
		words.Size(*c.RequiredBytes), words.Size(*c.FreeBytes))
}
