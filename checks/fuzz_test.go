package checks

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// FuzzDiagnose judges anything that can be read as a recording. Nothing may panic, the result
// is deterministic, no finding is lost, and no plan omits a prerequisite.
func FuzzDiagnose(f *testing.F) {
	for _, s := range []device.Snapshot{
		well(),
		well(switchedOff, lastBackedUp(200*aDay), profiled("VPN"), running("16.3", "20D47")),
		well(withoutDate(device.Absent), crashed("backupd", aDay), free(1)),
		well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303, behind("CKErrorDomain", 25)), failed(3*aDay, 300), window(4*aDay, time.Hour, thePower), nextOf(9e9), planOf(5e9))),
		well(detached, recorded(20*aDay, switchWas(false), networks(4, 1, true)), copied(20*aDay, true, device.Whole)),
		distrusting(device.TrustPending),
		{},
	} {
		var recording bytes.Buffer
		if err := device.WriteRecording(&recording, device.Recording{Snapshots: []device.Snapshot{s}}); err != nil {
			f.Fatal(err)
		}
		f.Add(recording.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		recording, err := device.ReadRecording(bytes.NewReader(data))
		if err != nil {
			t.Skip("not a recording")
		}
		for _, s := range recording.Snapshots {
			for _, check := range All() {
				if check.Judge != nil {
					check.Judge(s) // Run would recover from a panic
				}
			}
			findings := Run(s, All())
			d := Diagnose(s, findings)
			if again := Diagnose(s, Run(s, All())); !reflect.DeepEqual(d, again) {
				t.Error("the same snapshot has two diagnoses")
			}
			everyFindingOnce(t, findings, d)
			done := map[remedies.ID]bool{}
			for _, step := range d.Plan {
				for _, need := range step.Remedy.Needs {
					if !done[need] {
						t.Errorf("%s comes before %s, which it needs", step.Remedy.ID, need)
					}
				}
				done[step.Remedy.ID] = true
			}
		}
	})
}
