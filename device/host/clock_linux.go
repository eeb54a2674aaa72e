package host

import (
	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/device"
)

// Synchronized reports whether the kernel is told that its clock follows a time server.
func Synchronized() device.Fact[bool] {
	var timex unix.Timex // no modes: nothing is set
	if _, err := unix.Adjtimex(&timex); err != nil {
		return device.Unknown[bool](device.Unsupported)
	}
	return device.Known(timex.Status&unix.STA_UNSYNC == 0)
}
