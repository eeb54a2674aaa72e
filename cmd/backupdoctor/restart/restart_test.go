package restart

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// A description never contradicts whether the restart is confirmed, and says "restarted" only of a
// device that is known to have booted.
func TestDescribeAgreesWithConfirmed(t *testing.T) {
	unknown := device.Fact[bool]{}
	for _, boot := range []device.Fact[bool]{device.Known(true), device.Known(false), unknown} {
		for _, left := range []bool{false, true} {
			for _, back := range []bool{false, true} {
				r := usb.Restarted{NewBoot: boot, Left: left, Back: left && back}
				text := Describe(r)
				fresh, err := boot.Get()
				if r.Confirmed() == strings.HasPrefix(text, "not ") || strings.HasPrefix(text, "restarted") != (err == nil && fresh) {
					t.Errorf("%+v, confirmed %t: %s", r, r.Confirmed(), text)
				}
			}
		}
	}
}
