package sim

import (
	"maps"
	"regexp"
	"time"
)

// backupDates lists the values in com.apple.mobile.backup that move with the tray's clock.
var backupDates = []string{"LastCloudBackupDate", "LastiTunesBackupDate"}

// freshened returns the device with its dates shifted, so that they are as old now as they were
// when it was recorded.
func (d *Device) freshened(now time.Time) *Device {
	age := now.Sub(d.RecordedAt)
	fresh := *d
	fresh.RecordedAt = now
	fresh.values = maps.Clone(d.values)
	if backup := maps.Clone(d.values["com.apple.mobile.backup"]); backup != nil {
		for _, key := range backupDates {
			if date, ok := backup[key]; ok {
				backup[key] = later(date, age)
			}
		}
		fresh.values["com.apple.mobile.backup"] = backup
	}
	fresh.crashes = make([]string, len(d.crashes))
	for i, path := range d.crashes {
		fresh.crashes[i] = laterName(path, age)
	}
	return &fresh
}

// later shifts a date in any of the types that devices use: a date, or integer or real seconds
// since some epoch. Other values are returned unchanged.
func later(date any, age time.Duration) any {
	switch date := date.(type) {
	case time.Time:
		return date.Add(age)
	case uint64:
		return date + uint64(age/time.Second)
	case int64:
		return date + int64(age/time.Second)
	case float64:
		return date + age.Seconds()
	default:
		return date
	}
}

var (
	nameStamp = regexp.MustCompile(`\d{4}-\d{2}-\d{2}-\d{6}`)
	stampForm = "2006-01-02-150405"
)

// laterName shifts the time in a crash report's name.
func laterName(path string, age time.Duration) string {
	return nameStamp.ReplaceAllStringFunc(path, func(stamp string) string {
		at, err := time.Parse(stampForm, stamp)
		if err != nil {
			return stamp
		}
		return at.Add(age).Format(stampForm)
	})
}
