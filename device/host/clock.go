package host

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// timekeeping is what the system reports about clock synchronization. Fields it does not
// report stay empty.
type timekeeping struct {
	follows device.Fact[bool] // the kernel considers its clock synchronized
	start   uint64            // start type of the Windows time service
	source  string            // time source of that service: NTP, NT5DS, AllSync, NoSync
}

// Synchronized reports whether the system synchronizes its clock with a time server. Linux
// reports it. Windows reports it only as localized text, but its settings show when
// synchronization is off. macOS reports it to administrators only.
func Synchronized() device.Fact[bool] { return readTimekeeping().synchronized() }

func (t timekeeping) synchronized() device.Fact[bool] {
	const disabled = 4
	if t.start == disabled || strings.EqualFold(t.source, "NoSync") {
		return device.Known(false)
	}
	return t.follows
}
