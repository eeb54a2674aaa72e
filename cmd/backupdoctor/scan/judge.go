package scan

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Judge judges devices.
type Judge struct {
	Checks     []*checks.Check
	Suppressed suppressions.List // findings to leave out
	Redact     bool              // hide everything that identifies a device's owner
	MaxAge     time.Duration     // maximum age of the last good backup; 0 for the snapshot's own limit
	FailOn     report.FailOn     // which findings make the exit code nonzero; "" for the default
}

// A Result is a judged device.
type Result struct {
	Snapshot *device.Snapshot // as learned
	Shown    *device.Snapshot // as shown: without the owner in a redacted run
	Device   *report.Device   // the device's entry in the report
	Again    bool             // replaces a result delivered earlier
	Stored   bool             // set by [History] once it is in the history

	number int // of the device in the run
}

// judge judges a device by the snapshot as shown, but suppresses findings by the original: a
// suppression may match a name that is not shown.
func (j Judge) judge(number int, s device.Snapshot) Result {
	if j.MaxAge > 0 {
		s.Policy.MaxAgeSeconds = uint64(j.MaxAge / time.Second)
	}
	shown := &s
	if j.Redact {
		redacted := j.shown(number, s)
		shown = &redacted
	}
	expected, unexpected := checks.Expected(s, checks.Run(*shown, j.Checks))
	kept, silenced := j.Suppressed.Apply(s, expected)
	silenced = append(unexpected, silenced...)
	found := report.NewDevice(report.Examined{Snapshot: *shown, Diagnosis: checks.Diagnose(*shown, kept, silenced...), Silenced: silenced})
	return Result{Snapshot: &s, Shown: shown, Device: &found, number: number}
}

// shown returns the snapshot as it may be shown.
func (j Judge) shown(number int, s device.Snapshot) device.Snapshot {
	if j.Redact {
		return device.Redact(s, number+1)
	}
	return s
}
