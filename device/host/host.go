// Package host inspects the computer that reads devices: the environment of usbmuxd, free
// disk space, clock synchronization and running backups.
package host

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// Distro returns ID and ID_LIKE from /etc/os-release on Linux. root is the root of the file
// system.
func Distro(root fs.FS) []string {
	file, err := root.Open("etc/os-release")
	if err != nil {
		return nil
	}
	defer file.Close()
	var ids []string
	const most = 64 << 10
	lines := bufio.NewScanner(io.LimitReader(file, most))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if key == "ID" || key == "ID_LIKE" {
			ids = append(ids, strings.Fields(strings.Trim(value, `"'`))...)
		}
	}
	return ids
}

// The range of USB product IDs of Apple's phones, tablets and players.
const (
	firstProduct = "1290"
	lastProduct  = "12af"
)

// AppleOnUSB counts Apple's mobile devices on USB. usb is Linux's /sys/bus/usb/devices.
func AppleOnUSB(usb fs.FS) device.Fact[int] {
	entries, err := fs.ReadDir(usb, ".")
	if err != nil {
		return device.Unknown[int](device.Unsupported)
	}
	count := 0
	for _, entry := range entries {
		vendor, product := read(usb, entry.Name(), "idVendor"), read(usb, entry.Name(), "idProduct")
		if vendor == "05ac" && product >= firstProduct && product <= lastProduct {
			count++
		}
	}
	return device.Known(count)
}

func read(usb fs.FS, folder, name string) string {
	text, err := fs.ReadFile(usb, path.Join(folder, name))
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(string(text)))
}

// muxPrograms are the usual paths of usbmuxd on Linux, relative to the root.
var muxPrograms = []string{"usr/sbin/usbmuxd", "usr/bin/usbmuxd", "usr/local/sbin/usbmuxd", "usr/local/bin/usbmuxd", "sbin/usbmuxd"}

// HasMux reports whether usbmuxd is installed on a Linux system.
func HasMux(root fs.FS) bool {
	return slices.ContainsFunc(muxPrograms, func(name string) bool {
		info, err := fs.Stat(root, name)
		return err == nil && !info.IsDir()
	})
}

// FolderThere reports whether path is a folder, as far as this program has permission to
// see.
func FolderThere(path string) device.Fact[bool] {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return device.Unknown[bool](device.NotPermitted)
	case err != nil:
		return device.Known(false)
	default:
		return device.Known(info.IsDir())
	}
}
