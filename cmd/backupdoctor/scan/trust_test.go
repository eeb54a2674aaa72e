package scan

import (
	"context"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// The outcome of a pairing attempt is kept if the run ends while another attempt is waiting.
func TestATryThatEndedWithTheRun(t *testing.T) {
	over, cancel := context.WithCancelCause(t.Context())
	cancel(device.OutOfTime)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want bool
	}{
		"going on":                        {t.Context(), device.Gap{Reason: device.DeviceError, Detail: "FMiPProtected"}, false},
		"a refusal before the time ended": {over, device.Gap{Reason: device.DeviceError, Detail: "FMiPProtected"}, false},
		"an owner who was waited for":     {over, device.Gap{Reason: device.TrustPending}, false},
		"no answer when the time ended":   {over, device.OutOfTime, true},
		"no answer before Ctrl-C":         {stopped, device.Interrupted, true},
		"a refusal before Ctrl-C":         {stopped, device.TrustDenied, false},
	} {
		if got := brokenOff(test.ctx, test.err); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}
