package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// Remedies that were carried out count, once for each cause they are for. Steps that were only
// shown or skipped, that only look, and those that this version does not know do not.
func TestTrials(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	event := func(kind device.RepairEventKind, remedy string, cleared ...string) report.RepairEvent {
		e := report.RepairEvent{At: at, Kind: string(kind), Remedy: remedy}
		for _, check := range cleared {
			e.Gone = append(e.Gone, report.RepairCause{Check: check})
		}
		return e
	}
	off := []string{"wifi-missing", "backup-turned-off"}
	for name, test := range map[string]struct {
		causes []string
		events []report.RepairEvent
		want   []string
	}{
		"confirmed":                  {off, []report.RepairEvent{event(device.RepairShown, "turn-backup-on"), event(device.RepairConfirmed, "turn-backup-on")}, []string{"backup-turned-off turn-backup-on"}},
		"seen twice":                 {off, []report.RepairEvent{event(device.RepairSeen, "turn-backup-on"), event(device.RepairSeen, "turn-backup-on")}, []string{"backup-turned-off turn-backup-on"}},
		"left to itself":             {[]string{"wifi-missing"}, []report.RepairEvent{event(device.RepairLeft, "back-up-overnight")}, []string{"wifi-missing back-up-overnight"}},
		"for none of its causes":     {off, []report.RepairEvent{event(device.RepairConfirmed, "restart")}, []string{"wifi-missing restart"}},
		"for a cause found later":    {off, []report.RepairEvent{event(device.RepairSeen, "buy-storage", "icloud-storage-full")}, []string{"icloud-storage-full buy-storage"}},
		"no cause":                   {nil, []report.RepairEvent{event(device.RepairConfirmed, "restart")}, []string{" restart"}},
		"shown":                      {off, []report.RepairEvent{event(device.RepairShown, "turn-backup-on")}, nil},
		"skipped":                    {off, []report.RepairEvent{event(device.RepairSkipped, "turn-backup-on")}, nil},
		"only looks":                 {off, []report.RepairEvent{event(device.RepairConfirmed, "read-exact-message")}, nil},
		"looks, and a cause is gone": {off, []report.RepairEvent{event(device.RepairSeen, "read-exact-message", "wifi-missing")}, []string{"wifi-missing read-exact-message"}},
		"a copy":                     {off, []report.RepairEvent{event(device.RepairSeen, "computer-backup")}, nil},
		"an unknown remedy":          {off, []report.RepairEvent{event(device.RepairConfirmed, "rm -rf")}, nil},
		"only unknown causes":        {[]string{"rm -rf"}, []report.RepairEvent{event(device.RepairConfirmed, "restart")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			repair := report.Repair{Events: test.events}
			for _, check := range test.causes {
				repair.Causes = append(repair.Causes, report.RepairCause{Check: check})
			}
			var got []string
			for _, trial := range repair.Trials() {
				got = append(got, fmt.Sprintf("%s %s", trial.Check, trial.Remedy))
				if !trial.At.Equal(at) {
					t.Errorf("it was tried at %s", trial.At)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
