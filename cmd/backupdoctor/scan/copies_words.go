package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// A refusedBackup is a backup that the device itself ended with an error.
type refusedBackup struct{ outcome mobilebackup.Outcome }

// Error names the code. The codes are Apple's own, and undocumented.
func (e *refusedBackup) Error() string {
	return fmt.Sprintf("the device ended the backup with error %d (MBErrorDomain, unofficial)", e.outcome.Code)
}

// A codeAdvice is the known meaning of a code, as reported by users, and what to do next.
type codeAdvice struct{ means, next string }

// adviceByCode maps the codes with which devices end a backup to a computer.
var adviceByCode = map[int]codeAdvice{
	1:   {"the device gave no reason", "restart the device and run the same command again"},
	3:   {"it could not make a snapshot of its own disk", "restart the device and run the same command again"},
	22:  {"management forbids backups to a computer", "ask who manages the device"},
	25:  {"it is still being restored from iCloud", "wait until the restore has ended, then run the same command again"},
	103: {"it could not read what is in the copy", "run the same command again; if it ends the same way, use --full"},
	104: {"it could not write to this computer, or could not read one of its own files", "check the disk that holds the copies, and its free space, then run the same command again"},
	203: {"it cannot use the folder of the copy", "use --full, which begins with an empty one"},
	205: {"the copy that it continued does not match its list of files", "use --full, which begins with an empty one"},
	207: {
		"a backup password is needed and none is set, or it was changed",
		"the owner sets one in Finder or Apple Devices: Encrypt local backup; from then on every backup of this device to any computer needs it, and it cannot be read back",
	},
	208: {"it stayed locked, or its passcode was not entered in time", "unlock it, run the same command again, and enter the passcode when it asks"},
	212: {"it is not set up yet", "finish the setup on the device first"},
}

// copyFailure describes why there is no new copy, and what to do next.
func copyFailure(err error, name string) (text, hint string) {
	const again = "run the same command again: what has arrived is kept, and not sent twice where the device agrees"
	if refused, ok := errors.AsType[*refusedBackup](err); ok {
		o := refused.outcome
		if o.Code == 105 {
			return shortOfRoom(o), "free some room, or name another disk with --to; iCloud storage has nothing to do with it"
		}
		advice, known := adviceByCode[o.Code]
		text = refused.Error()
		if known {
			text += ": " + advice.means
		}
		if o.Words != "" {
			text += "; it says " + device.Quoted(clip(o.Words))
		}
		if !known {
			advice.next = "restart the device and run the same command again"
		}
		return text, advice.next
	}
	switch {
	case errors.Is(err, usb.ErrCancelled):
		return "cancelled on the device", again
	case errors.Is(err, mobilebackup.ErrPath):
		return err.Error(), "nothing of it was written; do not trust this device"
	case errors.Is(err, library.ErrInUse):
		return err.Error(), "wait until it has ended"
	case errors.Is(err, context.Canceled), device.GapOf(err).Reason == device.Interrupted:
		return "interrupted", again
	}
	switch gap := device.GapOf(err); gap.Reason {
	case device.Detached, device.Truncated, device.Unreachable:
		return "the connection to the device ended", "connect it to a port of the computer itself with another cable, and " + again
	case device.Timeout:
		return "the device sent nothing for half an hour", "restart the device and " + again
	case device.NeverPaired, device.TrustStale, device.TrustPending, device.TrustDenied:
		return "it does not trust this computer", "unlock it, run backupdoctor scan --pair, and tap Trust"
	case device.Busy:
		if errors.Is(err, device.Busy) {
			return err.Error(), "wait until the other program has ended"
		}
	case device.Internal, device.NotAsked:
	default:
		if _, ok := errors.AsType[device.Reason](err); ok {
			return gap.Reason.Error(), again
		}
		if _, ok := errors.AsType[device.Gap](err); ok {
			return err.Error(), again
		}
	}
	return err.Error(), again
}

// shortOfRoom says how much room was requested and how much is free.
func shortOfRoom(o mobilebackup.Outcome) string {
	if o.Required == 0 {
		return "there is too little room for the copy (error 105, unofficial)"
	}
	return fmt.Sprintf("the device asked for %s, and %s are free (error 105, unofficial); it counts files that share their contents in full",
		words.Size(o.Required), words.Size(o.Free))
}

// clip shortens untrusted text to fit a line.
func clip(text string) string {
	const most = 160
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
