package host

import (
	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/device"
)

func readTimekeeping() timekeeping {
	var timex unix.Timex // no modes set: read only
	if _, err := unix.Adjtimex(&timex); err != nil {
		return timekeeping{follows: device.Unknown[bool](device.Unsupported)}
	}
	return timekeeping{follows: device.Known(timex.Status&unix.STA_UNSYNC == 0)}
}
