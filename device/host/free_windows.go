package host

import (
	"golang.org/x/sys/windows"

	"github.com/backupdoctor/backupdoctor/device"
)

// FreeBytes returns the space available to this user on the disk that holds path.
func FreeBytes(path string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, device.Unsupported
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, device.Unsupported
	}
	return free, nil
}
