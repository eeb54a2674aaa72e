//go:build !linux && !windows

package host

import "github.com/backupdoctor/backupdoctor/device"

func readTimekeeping() timekeeping {
	return timekeeping{follows: device.Unknown[bool](device.Unsupported)}
}
