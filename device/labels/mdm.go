package labels

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// Column names for --mdm-columns.
const (
	MDMSerial     = "serial"
	MDMUDID       = "udid"
	MDMName       = "name"
	MDMLastBackup = "last-backup"
	MDMEnabled    = "enabled"
	MDMAsOf       = "as-of"
)

// usualHeads are the normalized headers that MDM systems commonly use for each column.
var usualHeads = map[string][]string{
	MDMSerial:     {"serialnumber", "serial", "serialno", "deviceserialnumber", "hardwareserial"},
	MDMUDID:       {"udid", "deviceudid", "uniquedeviceid"},
	MDMName:       {"devicename", "displayname", "name"},
	MDMLastBackup: {"lasticloudbackupdate", "lastcloudbackupdate", "lasticloudbackup", "lastcloudbackup", "icloudbackupdate", "lastbackupdate", "lastbackup"},
	MDMEnabled:    {"icloudbackupenabled", "iscloudbackupenabled", "cloudbackupenabled", "icloudbackup", "cloudbackup", "backupenabled"},
	MDMAsOf:       {"lastinventoryupdate", "lastinventoryupdatedate", "lastcheckin", "lastcheckintime", "lastseen", "lastseenat", "lastcontact", "lastupdate"},
}

// MDMColumns returns the column names, sorted.
func MDMColumns() []string { return slices.Sorted(maps.Keys(usualHeads)) }

// ReadMDM reads a CSV export of an MDM system. It needs a column with the serial number or
// UDID, and one with the date of the last iCloud backup or whether backups are on. columns
// maps column names to headers that differ from the usual ones. made is when the export was
// made; it dates rows without a date of their own.
//
// A cell that cannot be parsed makes only that fact unknown. Rows without a serial number
// and UDID are skipped. If a device has two rows, the later one wins.
func ReadMDM(r io.Reader, columns map[string]string, made time.Time) ([]device.Managed, error) {
	table, heads, err := tableIn(r)
	if err != nil {
		return nil, err
	}
	at, err := placesOf(heads, columns)
	if err != nil {
		return nil, err
	}
	var list []device.Managed
	index := map[string]int{}
	for {
		fields, err := table.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		m := managedOf(fields, at, made)
		key := plain(m.Serial)
		if key == "" {
			key = plain(m.UDID)
		}
		if key == "" {
			continue
		}
		if i, known := index[key]; known {
			list[i] = m
			continue
		}
		index[key] = len(list)
		list = append(list, m)
	}
}

// placesOf returns the index of each column found.
func placesOf(heads []string, columns map[string]string) (map[string]int, error) {
	at := map[string]int{}
	for name, usual := range usualHeads {
		wanted := usual
		if head, named := columns[name]; named {
			wanted = []string{plain(head)}
		}
		for _, want := range wanted { // in order of preference, not of the table
			if i := slices.IndexFunc(heads, func(head string) bool { return plain(head) == want }); i >= 0 {
				at[name] = i
				break
			}
		}
		if _, found := at[name]; !found && columns[name] != "" {
			return nil, fmt.Errorf("it has no column named %q", columns[name])
		}
	}
	_, hasSerial := at[MDMSerial]
	_, hasUDID := at[MDMUDID]
	_, hasBackup := at[MDMLastBackup]
	_, hasEnabled := at[MDMEnabled]
	switch {
	case !hasSerial && !hasUDID:
		return nil, errors.New("no column with a serial number or UDID was found")
	case !hasBackup && !hasEnabled:
		return nil, errors.New("no column with the last iCloud backup, or with whether it is on, was found")
	}
	return at, nil
}

func managedOf(fields []string, at map[string]int, made time.Time) device.Managed {
	text := func(name string) string {
		i, there := at[name]
		if !there || i >= len(fields) {
			return ""
		}
		return strings.TrimSpace(fields[i])
	}
	m := device.Managed{
		UDID: text(MDMUDID), Serial: text(MDMSerial), Name: text(MDMName),
		Enabled: switchIn(text(MDMEnabled)), LastBackup: dateIn(text(MDMLastBackup)), AsOf: made.UTC(),
	}
	if told, err := dateIn(text(MDMAsOf)).Get(); err == nil {
		m.AsOf = told
	}
	return m
}

func switchIn(text string) device.Fact[bool] {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "enabled", "1":
		return device.Known(true)
	case "false", "no", "off", "disabled", "0", "not enabled":
		return device.Known(false)
	case "":
		return device.Fact[bool]{}
	}
	return device.Unknown[bool](device.Malformed)
}

// dateLayouts are the unambiguous date formats. 03/04/2026 can be in March or in April.
var dateLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04",
	time.DateOnly, "Jan 2, 2006 3:04 PM", "Jan 2, 2006", "2 Jan 2006 15:04", "2 Jan 2006", "02.01.2006 15:04", "02.01.2006",
}

// firstSecond is in 2001. No iCloud backup is older, and smaller numbers are not
// timestamps.
const firstSecond = 1_000_000_000

// dateIn parses a date, or seconds or milliseconds since 1970. Dates without a zone are
// local.
func dateIn(text string) device.Fact[time.Time] {
	if text == "" {
		return device.Fact[time.Time]{}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= firstSecond && n < 1000*1000*firstSecond {
		if n >= 1000*firstSecond {
			n /= 1000
		}
		return device.Known(time.Unix(n, 0).UTC())
	}
	for _, layout := range dateLayouts {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil && at.Unix() >= firstSecond {
			return device.Known(at.UTC())
		}
	}
	return device.Unknown[time.Time](device.Malformed)
}
