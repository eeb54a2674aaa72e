// Package host learns about the computer that reads devices: what is around usbmuxd, how
// much room is left, whether its clock is kept right, and whether a backup runs.
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

// Distro is what /etc/os-release says of a Linux: its ID, and those of its relatives. root
// is the root of the file system.
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

// The product numbers of Apple's phones, tablets and players on USB.
const (
	firstProduct = "1290"
	lastProduct  = "12af"
)

// AppleOnUSB counts Apple's mobile devices on USB, as Linux shows them in the folder
// /sys/bus/usb/devices.
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

// muxPrograms are where Linux has usbmuxd, below the root of the file system.
var muxPrograms = []string{"usr/sbin/usbmuxd", "usr/bin/usbmuxd", "usr/local/sbin/usbmuxd", "usr/local/bin/usbmuxd", "sbin/usbmuxd"}

// HasMux reports whether the program usbmuxd is on a Linux.
func HasMux(root fs.FS) bool {
	return slices.ContainsFunc(muxPrograms, func(name string) bool {
		info, err := fs.Stat(root, name)
		return err == nil && !info.IsDir()
	})
}

// FolderThere reports whether there is a folder, as far as this program may see.
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
