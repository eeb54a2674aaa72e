package sim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

// TestLibimobiledeviceFollowsTheLog plays the same steps as text, up to the line at which the
// device is unplugged.
func TestLibimobiledeviceFollowsTheLog(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps []sim.LogStep
	}{
		{"failed", sim.FailedBackup("MBErrorDomain(303)", "CKErrorDomain(25)")},
		{"completed", sim.CompletedBackup()},
		{"cancelled", sim.CancelledBackup()},
	} {
		t.Run(test.name, func(t *testing.T) {
			device := named(t, "healthy-iphone")
			device.Log = append(slices.Clone(test.steps), sim.LogStep{AfterSeconds: 0.5, Detach: true})
			tray, err := sim.New(func() time.Time { return device.RecordedAt }, device)
			if err != nil {
				t.Fatal(err)
			}
			printed := foreign(t, serve(t, tray), "idevicesyslog", "--exit", "--no-colors")
			rest := printed
			for _, step := range test.steps {
				if step.Text == "" {
					continue
				}
				line := step.Process + "(MobileBackup)[123] <" + map[string]string{"": "Notice", "error": "Error"}[step.Level] + ">: " + step.Text + "\n"
				_, after, found := strings.Cut(rest, line)
				if !found {
					t.Fatalf("idevicesyslog does not print, where it should, %q\n%s", line, printed)
				}
				rest = after
			}
		})
	}
}
