package labels

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestReadMDM(t *testing.T) {
	made := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	const table = "Display Name;Serial Number;UDID;iCloud Backup Enabled;Last iCloud Backup Date;Last Check-In\n" +
		"iPad 1;A1;;Yes;2026-11-28T03:00:00Z;1795867200000\n" +
		"iPad 2;A2;;maybe;11/10/2026;\n" +
		"nobody;;;;;\n" +
		"iPad 3;;00008110-000514AE0C22801E;;1795867200\n" +
		"iPad 1 again;a1;;No;;\n"
	list, err := ReadMDM(strings.NewReader(table), nil, made)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d devices, %v", len(list), err)
	}
	if on, err := list[0].Enabled.Get(); err != nil || on || list[0].Name != "iPad 1 again" || !list[0].AsOf.Equal(made) {
		t.Errorf("of two rows the later does not count: %+v", list[0])
	}
	_, errOn := list[1].Enabled.Get()
	_, errDate := list[1].LastBackup.Get()
	if device.GapOf(errOn).Reason != device.Malformed || device.GapOf(errDate).Reason != device.Malformed {
		t.Errorf("what cannot be read: %v, %v", errOn, errDate)
	}
	if at, err := list[2].LastBackup.Get(); err != nil || !at.Equal(time.Unix(1795867200, 0)) || list[2].UDID == "" {
		t.Errorf("by UDID, with seconds: %+v", list[2])
	}
}

func TestReadMDMRefuses(t *testing.T) {
	for table, want := range map[string]string{
		"":                       "it is empty",
		"name,last backup\nx,y":  "no column with a serial number or UDID was found",
		"serial,name\nx,y":       "no column with the last iCloud backup, or with whether it is on, was found",
		"serial,last backup\n\"": `extraneous or missing "`,
	} {
		if _, err := ReadMDM(strings.NewReader(table), nil, time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", table, err)
		}
	}
	if _, err := ReadMDM(strings.NewReader("a,b\nx,y"), map[string]string{MDMSerial: "A", MDMLastBackup: "c"}, time.Now()); err == nil || err.Error() != `it has no column named "c"` {
		t.Errorf("a head that is not there: %v", err)
	}
}

func FuzzReadMDM(f *testing.F) {
	f.Add("serial,last backup,enabled\nA,2026-11-28,yes")
	f.Add("udid;Last Check-In;iCloud backup\na;1795867200;0\n;;\n")
	f.Fuzz(func(t *testing.T, table string) {
		list, err := ReadMDM(strings.NewReader(table), nil, time.Unix(1795867200, 0))
		if err != nil {
			return
		}
		for _, m := range list {
			if m.AsOf.IsZero() || plain(m.Serial) == "" && plain(m.UDID) == "" {
				t.Errorf("%+v", m)
			}
		}
	})
}
