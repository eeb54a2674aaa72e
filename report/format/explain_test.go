package format

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func explained(t *testing.T, check *checks.Check, o Options) string {
	t.Helper()
	var out strings.Builder
	if err := Explain(&out, check, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExplainTellsEverything(t *testing.T) {
	check := *reporttest.SwitchedOn
	check.Ask = "Is the switch on?"
	check.Remedies = []remedies.ID{"restart"}
	page := explained(t, &check, Options{Width: 60, UTF8: true})
	for _, want := range []string{
		"backup-turned-off\niCloud Backup is switched on: without it no backup can\ncomplete.\n",
		"\nNothing is backed up while the switch is off.\n",
		"\n- It is read as `CloudBackupEnabled`.\n- Management can hide it.\n",
		"\nWhat only a person can answer\nIs the switch on?\n",
		"\n 1. Restart the device\n    a. ",
		"\n- Back up with iCloud\nhttps://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

func TestExplainDropsEmphasisAndKeepsCode(t *testing.T) {
	check := *reporttest.SwitchedOn
	check.Doc = "Tap **Trust**. *On* is certain, 2 * 3 * 4 is not, `*` is code."
	if page := explained(t, &check, Options{Width: 100}); !strings.Contains(page, "Tap Trust. On is certain, 2 * 3 * 4 is not, `*` is code.\n") {
		t.Errorf("%s", page)
	}
}

// The precondition of a destructive remedy is on the page of every check with that remedy,
// including the originals of photos.
func TestExplainShowsWhatComesBeforeDeleting(t *testing.T) {
	photos := 0
	for _, check := range checks.All() {
		page := strings.Join(strings.Fields(explained(t, check, Options{Width: 100, UTF8: true})), " ")
		for _, id := range check.Remedies {
			r, ok := remedies.Find(id)
			if !ok || r.Loses == remedies.LosesNothing {
				continue
			}
			want := []string{"make a computer backup today", "which backupdoctor verify, given that password, reports as whole"}
			if slices.Contains(r.Needs, remedies.KeepPhotoOriginals) {
				photos++
				want = append(want, "download the originals of iCloud Photos, or copy them to a computer")
			}
			_, part, _ := strings.Cut(page, r.Heading())
			for _, text := range want {
				if !strings.Contains(part, text) {
					t.Errorf("%s: %s lacks %q", check.ID, id, text)
				}
			}
		}
	}
	if photos < 2 {
		t.Errorf("only %d pages have a remedy that deletes photos", photos)
	}
}

func TestExplainHoldsItsWidthForEveryCheck(t *testing.T) {
	for _, check := range checks.All() {
		for _, width := range []int{MinWidth, 60, 100} {
			holdsWidth(t, explained(t, check, Options{Width: width, UTF8: true}), width)
		}
	}
}

func TestListHasEveryCheck(t *testing.T) {
	for _, width := range []int{MinWidth, 60, 100} {
		var out strings.Builder
		if err := Checks(&out, checks.All(), Options{Width: width, UTF8: true}); err != nil {
			t.Fatal(err)
		}
		holdsWidth(t, out.String(), width)
		for _, check := range checks.All() {
			if width > 40 && !strings.Contains(out.String(), check.ID) {
				t.Errorf("no %s at %d columns", check.ID, width)
			}
		}
	}
}

func TestDevicesSaysWhoTrustsThisComputer(t *testing.T) {
	trusting := reporttest.Snapshot("00008110-000514AE0C22801E", "Léa’s iPhone")
	trusting.Live = &device.Live{Trusted: device.Known(true)}
	waiting := reporttest.Snapshot("00008130-00061D8A2E41401C", "Sam’s iPhone")
	waiting.Live = &device.Live{Trusted: device.Unknown[bool](device.TrustPending)}
	gone := reporttest.Snapshot("00008120-000A1C2E3F4A5B6C", "Noor’s iPhone")
	gone.Live = &device.Live{Trusted: device.Unknown[bool](device.Detached), Ended: device.Gap{Reason: device.Detached}}
	var out strings.Builder
	if err := Devices(&out, report.Trust(device.Recording{Snapshots: []device.Snapshot{trusting, waiting, gone}}), Options{Width: 100, UTF8: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"✓ Trusted         Léa’s iPhone · iPhone 13 mini · iOS 18.7.2\n                  UDID 00008110-000514AE0C22801E\n",
		"! Not trusted     Sam’s iPhone · iPhone 13 mini · iOS 18.7.2\n                  UDID 00008130-00061D8A2E41401C\n                  The Trust dialog is waiting on the device.\n",
		"? Unknown         Noor’s iPhone · iPhone 13 mini · iOS 18.7.2\n",
		"\nWhat to do: “Sam’s iPhone”\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// If usbmuxd fails, trust is unknown and the fault is this computer's: it is reported once,
// however many devices there are.
func TestDevicesWhereUsbmuxdIsInTrouble(t *testing.T) {
	for _, result := range []string{"1", "13", "22", "malformed"} {
		var snapshots []device.Snapshot
		for _, udid := range []string{"00008110-000514AE0C22801E", "00008130-00061D8A2E41401C"} {
			s := reporttest.Snapshot(udid, "Léa’s iPhone")
			s.Live = &device.Live{Trusted: device.Unknown[bool](device.Gap{Reason: device.MuxTrouble, Detail: "ReadPairRecord." + result})}
			snapshots = append(snapshots, s)
		}
		var out strings.Builder
		if err := Devices(&out, report.Trust(device.Recording{Snapshots: snapshots}), Options{Width: 100, UTF8: true}); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); strings.Contains(text, "Not trusted") || strings.Count(text, "? Unknown ") != 2 || strings.Count(text, "\n") != 8 || strings.Count(text, "ReadPairRecord."+result) != 1 || strings.Count(text, "backupdoctor self-check") != 1 {
			t.Errorf("result %s:\n%s", result, text)
		}
	}
}
