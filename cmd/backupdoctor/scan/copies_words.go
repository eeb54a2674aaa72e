package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// A refusedBackup is a backup that the device itself ended with an error.
type refusedBackup struct{ outcome mobilebackup.Outcome }

// Error names the code.
func (e *refusedBackup) Error() string {
	return fmt.Sprintf("the device ended the backup with error %d", e.outcome.Code)
}

// copyBefore returns what is known of the copy before it begins.
func (c *copying) copyBefore() device.Copy {
	before := device.Copy{
		Library: c.Library.Path, SizeOnly: c.Plan, Full: c.Full,
		FreeBytes: device.FactOf(host.FreeBytes(c.Library.Path)), Encrypted: c.snapshot.Live.ComputerBackup.WillEncrypt,
	}
	if bytes, known := c.mostRoom(); known && bytes > 0 {
		before.MostBytes = device.Known(bytes)
	}
	return before
}

// note records what a session brought. asked stays false if the device was not asked: it does not
// trust this computer, or another program backs it up.
func (c *copying) note(result usb.BackupResult, err error, unread []device.BackupProblem) {
	c.asked = result.Info != nil && !errors.Is(err, device.Busy)
	if !c.asked {
		return
	}
	c.copy.Files, c.copy.Bytes = device.Known(uint64(result.Files)), device.Known(uint64(result.Bytes))
	c.copy.NotSent = unread
	if result.Required > 0 {
		c.copy.Required = device.Known(result.Required)
	}
	if result.Free > 0 && !c.Plan {
		c.copy.FreeBytes = device.Known(result.Free)
	}
}

// judged records what verifying the new copy showed.
func (c *copying) judged(proof device.Proof) {
	c.copy.Depth = proof.Depth
	switch checks.BackupVerdict(proof) {
	case device.Whole:
		c.copy.Verdict = device.CopyProved
	case device.Broken:
		c.copy.Verdict = device.CopyBroken
	default:
		c.copy.Verdict, c.copy.Reason = device.CopyNotProved, unproved(proof, len(c.copy.NotSent) > 0)
	}
}

// unproved returns why a copy is not proved: the mode of the fault that says most.
func unproved(proof device.Proof, lacking bool) device.Reason {
	if lacking {
		return "not-sent"
	}
	var modes []string
	for _, s := range proof.Statements {
		if checks.NeedsStatement(s) && s.Shown != device.ShownTrue {
			modes = append(modes, s.Faults...)
		}
	}
	for _, mode := range []string{"not-sent-unread", "record-missing", "password-needed", "password-wrong"} {
		if slices.Contains(modes, mode) {
			return device.Reason(mode)
		}
	}
	if len(modes) == 0 {
		return device.Inconclusive
	}
	return device.Reason(modes[0])
}

// conclude records how the copy ended, and which others there are.
func (c *copying) conclude() {
	if c.failure != nil {
		c.blame(c.failure)
	}
	switch {
	case c.copy.Folder != "" && c.failure == nil:
	case c.copy.Folder != "":
		c.copy.Verdict = device.CopyNotProved
	case c.failure == nil && c.Plan:
		c.copy.Verdict = device.CopyMeasured
	case c.failure == nil || !c.asked:
		c.copy.Verdict = device.CopyNotStarted
	case c.copy.Reason == device.CopyEnded && c.copy.Files == device.Known[uint64](0):
		c.copy.Verdict = device.CopyRefused
	default:
		c.copy.Verdict = device.CopyNotFinished
	}
	c.copy.Others = othersOf(c.Library, c.snapshot.Device.UDID, c.copy.Folder, c.removed, c.withdrawn)
}

// copyOf returns the copy of a device that could not be asked for one.
func (m *making) copyOf(udid string, reason device.Reason) *device.Copy {
	return &device.Copy{
		Verdict: device.CopyNotStarted, Reason: reason, Library: m.Library.Path, SizeOnly: m.Plan, Full: m.Full,
		FreeBytes: device.FactOf(host.FreeBytes(m.Library.Path)), Others: othersOf(m.Library, udid, "", nil, nil),
	}
}

// othersOf returns the copies of a device besides the new one, newest first.
func othersOf(l library.Library, udid, made string, removed, withdrawn []library.Copy) device.Fact[[]device.OtherCopy] {
	copies, err := l.Copies(udid)
	if err != nil {
		return device.Unknown[[]device.OtherCopy](device.ReadFailed)
	}
	others := []device.OtherCopy{}
	add := func(copies []library.Copy, gone bool) {
		for _, other := range copies {
			if other.Folder == made {
				continue
			}
			verdict := device.CopyNotProved
			switch {
			case other.Proof.Counts():
				verdict = device.CopyProved
			case other.Proof.Broken():
				verdict = device.CopyBroken
			}
			others = append(others, device.OtherCopy{
				Folder: other.Folder, Date: other.Made, Verdict: verdict, Removed: gone,
				Withdrawn: slices.ContainsFunc(withdrawn, func(w library.Copy) bool { return w.Folder == other.Folder }),
			})
		}
	}
	add(copies, false)
	add(removed, true)
	slices.SortStableFunc(others, func(a, b device.OtherCopy) int { return b.Date.Compare(a.Date) })
	return device.Known(others)
}

// blame records why there is no new copy, or why it was not proved.
func (c *copying) blame(err error) {
	if refused, ok := errors.AsType[*refusedBackup](err); ok {
		c.copy.Reason, c.copy.Code, c.copy.Message = device.CopyEnded, refused.outcome.Code, clip(refused.outcome.Words)
		return
	}
	if e, ok := errors.AsType[*disk.Error](err); ok {
		c.copy.Reason, c.copy.Detail = device.CopyOnDisk+device.Reason(e.Is), e.Unwrap().Error()
		if e.Folder() != c.Library.Path {
			c.copy.OtherDisk = e.Folder()
		}
		c.copy.FreeBytes = device.FactOf(host.FreeBytes(c.Library.Path))
		return
	}
	_, isReason := errors.AsType[device.Reason](err)
	_, isGap := errors.AsType[device.Gap](err)
	switch gap := device.GapOf(err); {
	case errors.Is(err, usb.ErrCancelled):
		c.copy.Reason = device.CopyCancelled
	case errors.Is(err, mobilebackup.ErrPath):
		c.copy.Reason = device.CopyBadPath
	case errors.Is(err, library.ErrInUse):
		c.copy.Reason = device.CopyInUse
	case errors.Is(err, context.Canceled):
		c.copy.Reason = device.Interrupted
	case gap.Reason == device.Busy:
		c.copy.Reason, c.copy.Detail = device.Busy, err.Error()
	case isReason || isGap:
		c.copy.Reason, c.copy.Detail = gap.Reason, gap.Detail
	default:
		c.copy.Reason, c.copy.Detail = device.CopyFailed, err.Error()
	}
}

// clip shortens untrusted text to fit a line.
func clip(text string) string {
	const most = 160
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
