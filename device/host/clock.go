package host

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// A timekeeping is what a system tells of how its clock is kept right. What it does not tell
// stays empty.
type timekeeping struct {
	follows device.Fact[bool] // the kernel is told that its clock follows a time server
	start   uint64            // how Windows starts its time service
	source  string            // where that service takes the time from: NTP, NT5DS, AllSync, NoSync
}

// Synchronized reports whether the system keeps its clock in step with a time server. Linux tells
// it. Windows tells only in sentences of its language that it does, but its settings tell where
// it does not. macOS tells it to administrators only.
func Synchronized() device.Fact[bool] { return readTimekeeping().synchronized() }

func (t timekeeping) synchronized() device.Fact[bool] {
	const disabled = 4
	if t.start == disabled || strings.EqualFold(t.source, "NoSync") {
		return device.Known(false)
	}
	return t.follows
}
