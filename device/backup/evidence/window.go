package evidence

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// Fields of a condition event, in order. iOS 16 and earlier write the first 17, later versions
// one or two more.
const (
	fieldStart = iota
	fieldSeconds
	fieldEnabled
	fieldPower
	fieldLocked
	fieldWiFi
	fieldScheduled
	fieldRunning
	fieldNext
	fieldRetry
	fieldSince
	fieldFailures
	fieldDomain
	fieldCode
	fieldCharger // an undocumented number for the kind of charger
	fieldCellular
	fieldExpensive
	fieldCellularAllowed // from iOS 17
	fieldIgnored         // from iOS 17: what was ignored during the window

	leastFields = fieldExpensive + 1
	mostFields  = 32 // allows for fields added by later versions
	maxEvent    = 1024
)

// ParseWindow parses an entry of LastOnConditionEvents: 17, 18 or 19 fields separated by bars.
// The error is device.Malformed.
func ParseWindow(event string) (device.BackupWindow, error) {
	fields := strings.SplitN(event, "|", mostFields+1)
	if len(event) > maxEvent || len(fields) < leastFields || len(fields) > mostFields {
		return device.BackupWindow{}, device.Malformed
	}
	start, err := time.Parse("2006-01-02T15:04:05.999Z07:00", fields[fieldStart])
	if err != nil {
		return device.BackupWindow{}, device.Malformed
	}
	seconds, err := number(fields[fieldSeconds])
	if err != nil || seconds < 0 {
		return device.BackupWindow{}, device.Malformed
	}
	window := device.BackupWindow{
		Start: start, Seconds: seconds,
		Enabled:       flag(fields[fieldEnabled]),
		OnPower:       flag(fields[fieldPower]),
		Locked:        flag(fields[fieldLocked]),
		OnWiFi:        flag(fields[fieldWiFi]),
		Scheduled:     flag(fields[fieldScheduled]),
		Running:       flag(fields[fieldRunning]),
		NextInSeconds: device.FactOf(number(fields[fieldNext])),
		RetrySeconds:  device.FactOf(number(fields[fieldRetry])),
		SinceSeconds:  device.FactOf(number(fields[fieldSince])),
		FailureCount:  count(fields[fieldFailures]),
		Error:         cause(fields[fieldDomain], fields[fieldCode]),
		OnCellular:    flag(fields[fieldCellular]),
		Expensive:     flag(fields[fieldExpensive]),
	}
	if len(fields) > fieldCellularAllowed {
		window.CellularAllowed = flag(fields[fieldCellularAllowed])
	}
	return window, nil
}

func flag(field string) device.Fact[bool] {
	switch field {
	case "0":
		return device.Known(false)
	case "1":
		return device.Known(true)
	default:
		return device.Unknown[bool](device.Malformed)
	}
}

func number(field string) (float64, error) {
	n, err := strconv.ParseFloat(field, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, device.Malformed
	}
	return n, nil
}

func count(field string) device.Fact[uint64] {
	n, err := strconv.ParseUint(field, 10, 32)
	if err != nil {
		return device.Unknown[uint64](device.Malformed)
	}
	return device.Known(n)
}

// cause returns the error that ended a window. If there was none, the domain is empty and the
// code 0.
func cause(domain, code string) device.Fact[device.PastCause] {
	if domain == "" {
		return device.Unknown[device.PastCause](device.Absent)
	}
	n, err := strconv.ParseInt(code, 10, 32)
	if err != nil {
		return device.Unknown[device.PastCause](device.Malformed)
	}
	return device.Known(device.PastCause{Domain: clip(domain), Code: int(n)})
}
