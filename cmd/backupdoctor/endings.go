package main

import (
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// ending turns the exit code of a report into the end of the command, with what the report
// itself cannot show: why there is nothing in it, and the way out.
func ending(r report.Report, goos string) error {
	switch r.ExitCode() {
	case report.ExitNoProblem:
		return nil
	case report.ExitNoDevice:
		if r.Subject == report.OfBackups {
			return noBackup()
		}
		return exit{
			code: report.ExitNoDevice,
			err:  errors.New("no device is attached"),
			hint: "connect an iPhone or iPad with a cable that carries data, unlock it, and tap Trust if it asks; backupdoctor self-check looks at this computer",
		}
	case report.ExitNoMux:
		return noMux(r.Gaps[0], goos)
	case report.ExitInterrupted:
		return exit{code: report.ExitInterrupted, err: errors.New("interrupted, so the report is not complete")}
	default:
		return exit{code: r.ExitCode()}
	}
}

// noBackup ends a command that found none.
func noBackup() error {
	return exit{code: report.ExitNoDevice, err: errors.New("no backup was found"), hint: elsewhere}
}

func noMux(gap report.Gap, goos string) error {
	end := exit{code: report.ExitNoMux, err: errors.New("usbmuxd could not be reached"), hint: muxHint(goos)}
	if gap.Reason != string(device.Unreachable) {
		end.err = fmt.Errorf("usbmuxd could not be used: %s", gap.Summary)
	}
	return end
}

// muxHint says how to get the program that talks to devices on this system, and that it may
// have been looked for elsewhere.
func muxHint(goos string) string {
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
