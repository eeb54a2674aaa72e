package labels

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/google/go-cmp/cmp"
)

func TestInventoryExpects(t *testing.T) {
	const table = "Serial,Expected,Expected since,Tag\n" +
		"A,none since 2026-09-01,,1\n" +
		"B,Computer,2026-09-02,2\n" +
		"C,iCloud,,3\n" +
		"D,,,4\n" +
		"E,NONE\n"
	inventory, err := ReadInventory(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	day := func(day int) time.Time { return time.Date(2026, 9, day, 0, 0, 0, 0, time.Local).UTC() }
	given := device.Policy{MaxAgeSeconds: 7}
	for serial, want := range map[string]device.Policy{
		"a": {MaxAgeSeconds: 7, Expected: device.ExpectNone, ExpectedSince: day(1)},
		"B": {MaxAgeSeconds: 7, Expected: device.ExpectComputer, ExpectedSince: day(2)},
		"C": {MaxAgeSeconds: 7, Expected: device.ExpectICloud},
		"D": given,
		"E": {MaxAgeSeconds: 7, Expected: device.ExpectNone},
		"F": given,
	} {
		if diff := cmp.Diff(want, inventory.Expect(given, "", serial)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", serial, diff)
		}
	}
	if diff := cmp.Diff([]device.Field{{Name: "Tag", Value: "2"}}, inventory.For("", "B")); diff != "" {
		t.Errorf("the columns are passed through (-want +got):\n%s", diff)
	}
}

func TestInventoryExpectsNothingElse(t *testing.T) {
	for table, want := range map[string]string{
		"serial,expected\nA,icloud\nB,cloud":         `line 3: expected must be icloud, computer or none, not "cloud"`,
		"serial,expected\nA,none since last week":    `line 2: the date must be written like 2026-09-01, not "last week"`,
		"serial,expected,expected since\nA,none,1.9": `line 2: the date must be written like 2026-09-01, not "1.9"`,
	} {
		if _, err := ReadInventory(strings.NewReader(table)); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
