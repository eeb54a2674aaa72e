package scan

import (
	"errors"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Ending returns how the command ends after a report. It adds what the report cannot show: why
// it is empty, and a hint.
func Ending(r report.Report, goos string) error {
	switch r.ExitCode() {
	case report.ExitNoProblem:
		return nil
	case report.ExitNoDevice:
		if r.Subject == report.OfBackups {
			return NoBackup()
		}
		return command.Exit{
			Code: report.ExitNoDevice,
			Err:  errors.New("no device is attached"),
			Hint: "connect an iPhone or iPad with a cable that carries data, unlock it, and tap Trust if it asks; backupdoctor self-check looks at this computer",
		}
	case report.ExitNoMux:
		return NoMux(r.Gaps[0], goos)
	case report.ExitInterrupted:
		what := "interrupted, so the report is not complete"
		if r.OfCopies() {
			what = "interrupted; run the same command to resume the copy"
		}
		return command.Exit{Code: report.ExitInterrupted, Err: errors.New(what)}
	default:
		return command.Exit{Code: r.ExitCode()}
	}
}

// NoBackup returns the error of a command that found no backup.
func NoBackup() error {
	return command.Exit{Code: report.ExitNoDevice, Err: errors.New("no backup was found"), Hint: Elsewhere}
}

// NoMux returns the error of a command that could not use usbmuxd.
func NoMux(gap report.Gap, goos string) error {
	what, hint := withoutMux(gap, goos)
	return command.Exit{Code: report.ExitNoMux, Err: errors.New(what), Hint: hint}
}

// withoutMux says why usbmuxd could not be used, and what to do.
func withoutMux(gap report.Gap, goos string) (what, hint string) {
	switch device.Reason(gap.Reason) {
	case device.Unreachable:
		return "usbmuxd could not be reached", MuxHint(goos)
	case device.NotPermitted:
		return "usbmuxd could not be used: this user may not open its socket", "backupdoctor self-check says what to do"
	case device.ComputerLimit:
		return "usbmuxd could not be used: " + device.ComputerLimit.Error(), "close other programs, or allow more open files (ulimit -n)"
	default:
		return "usbmuxd could not be used: " + gap.Summary, MuxHint(goos)
	}
}

// MuxHint says how to install or start usbmuxd on this system, and that it may be at another
// address.
func MuxHint(goos string) string {
	const otherwise = "; backupdoctor self-check says what is missing here; if --usbmux or USBMUXD_SOCKET_ADDRESS is set, check that address first"
	switch goos {
	case "darwin":
		return "usbmuxd is a part of macOS: restart the Mac" + otherwise
	case "windows":
		return "install Apple Devices from the Microsoft Store, or iTunes, and open it once" + otherwise
	default:
		return "install usbmuxd (apt install usbmuxd, dnf install usbmuxd, pacman -S usbmuxd) and start it: systemctl start usbmuxd" + otherwise
	}
}

// Elsewhere is the hint if no backup was found.
const Elsewhere = "name the folder that holds the backups with --backups DIR"

// interrupted returns the error of a command interrupted before it had anything to report.
func interrupted() error {
	return command.Exit{Code: report.ExitInterrupted, Err: errors.New("interrupted")}
}
