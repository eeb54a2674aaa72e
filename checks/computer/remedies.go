package computer

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// A packaging is how a family of Linux distributions installs programs.
type packaging struct {
	family  []string // IDs from os-release
	install string
	update  string
}

var packagings = []packaging{
	{[]string{"debian", "ubuntu"}, "sudo apt install usbmuxd", "sudo apt update && sudo apt install --only-upgrade usbmuxd"},
	{[]string{"fedora", "rhel", "centos"}, "sudo dnf install usbmuxd", "sudo dnf upgrade usbmuxd"},
	{[]string{"arch"}, "sudo pacman -S usbmuxd", "sudo pacman -Syu usbmuxd"},
	{[]string{"suse", "opensuse"}, "sudo zypper install usbmuxd", "sudo zypper update usbmuxd"},
	{[]string{"alpine"}, "sudo apk add usbmuxd", "sudo apk upgrade usbmuxd"},
}

// packagingOf falls back to naming the usual package managers.
func packagingOf(c device.Computer) packaging {
	for _, p := range packagings {
		if slices.ContainsFunc(p.family, func(id string) bool { return slices.Contains(c.Distro, id) }) {
			return p
		}
	}
	return packaging{
		install: "install the package usbmuxd with apt, dnf, pacman or brew",
		update:  "update the package usbmuxd with apt, dnf, pacman or brew",
	}
}

const appleDevices = "install Apple Devices from the Microsoft Store, or iTunes, and open it once"

func installRemedies(c device.Computer) []string {
	switch c.OS {
	case "darwin":
		return []string{startRemedy(c)}
	case "windows":
		return []string{appleDevices}
	default:
		return []string{packagingOf(c).install, startRemedy(c)}
	}
}

// startRemedy starts or restarts usbmuxd.
func startRemedy(c device.Computer) string {
	switch {
	case c.Mux.Named:
		return "restart the program that listens at " + c.Mux.Address
	case c.OS == "darwin":
		return "usbmuxd is a part of macOS: restart the Mac"
	case c.OS == "windows":
		return "restart the service Apple Mobile Device Service, or open Apple Devices"
	default:
		return "sudo systemctl restart usbmuxd"
	}
}

// startOrInstall is for a usbmuxd that may not be installed.
func startOrInstall(c device.Computer) []string {
	if installed, err := c.Mux.Installed.Get(); err == nil && installed || c.OS == "darwin" {
		return []string{startRemedy(c)}
	}
	return installRemedies(c)
}

func updateRemedy(c device.Computer) string {
	switch {
	case c.Mux.Named:
		return "update the program that listens at " + c.Mux.Address
	case c.OS == "darwin":
		return "update macOS: System Settings, General, Software Update"
	case c.OS == "windows":
		return "update Apple Devices in the Microsoft Store"
	default:
		return packagingOf(c).update
	}
}

func socketRemedy(c device.Computer) string {
	if c.OS == "linux" {
		socket := c.Mux.Address[max(0, strings.IndexByte(c.Mux.Address, '/')):] // without UNIX:
		return "let this user read and write the socket (ls -l " + socket + " shows its owner), or restart usbmuxd: sudo systemctl restart usbmuxd"
	}
	return startRemedy(c)
}

func foldersRemedy(c device.Computer) []string {
	if c.OS == "darwin" {
		return []string{
			"open System Settings, Privacy & Security, Full Disk Access",
			"switch it on for the terminal that runs backupdoctor, and open that terminal again",
		}
	}
	return []string{"run backupdoctor as the user who owns the backups"}
}

func clockRemedy(c device.Computer) string {
	switch c.OS {
	case "darwin":
		return "open System Settings, General, Date & Time, and set the time automatically"
	case "windows":
		return "open Settings, Time & language, Date & time, and set the time automatically"
	default:
		return "sudo timedatectl set-ntp true"
	}
}
