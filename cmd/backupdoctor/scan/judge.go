package scan

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Judge says how devices are judged.
type Judge struct {
	Checks     []*checks.Check
	Suppressed suppressions.List // findings that are left out
	Redact     bool              // show nothing that tells whose a device is
	MaxAge     time.Duration     // how old the last good backup may be; 0 for what the snapshot says
	FailOn     report.FailOn     // what makes the exit code other than 0; "" for the default
}

// A Result is a device as it was judged.
type Result struct {
	Snapshot *device.Snapshot // as it was learned
	Shown    *device.Snapshot // as it may be shown: without its owner in a redacted run
	Device   *report.Device   // what was found, as the report has it
	Again    bool             // it was delivered before, and takes the place of that
}

// judge judges a device by what is shown of it. Which findings are suppressed may depend on a
// name that is not shown.
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
	return Result{Snapshot: &s, Shown: shown, Device: &found}
}

// shown is a snapshot as it may be shown.
func (j Judge) shown(number int, s device.Snapshot) device.Snapshot {
	if j.Redact {
		return device.Redact(s, number+1)
	}
	return s
}
