package report

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Copy is how the backup of a device to this computer ended, with backupdoctor backup. What is
// absent is not known, or does not apply: an unknown number is never 0.
type Copy struct {
	Verdict string     `json:"verdict"`          // proved, measured, not-proved, broken, not-finished, refused or not-started
	Summary string     `json:"summary"`          // how it ended, in words
	Hint    string     `json:"hint,omitempty"`   // what to do next; absent if nothing
	Reason  string     `json:"reason,omitempty"` // why there is no proved copy: device-ended, cancelled, detached, timeout, …; of a copy that is not proved, the mode of a fault: not-sent, password-needed, …
	Detail  string     `json:"detail,omitempty"` // the error that this computer reported; absent if none
	Error   *CopyError `json:"error,omitempty"`  // the error with which the device ended it; absent if it did not

	Library       string   `json:"library"`                 // the folder of all copies, or a placeholder in a redacted report
	OtherDisk     string   `json:"otherDisk,omitempty"`     // the folder of locks or temporary files whose disk refused something, or a placeholder; absent if none did
	FreeBytes     *uint64  `json:"freeBytes,omitempty"`     // free space on its disk, as the device was told, or else when the run began; absent if unknown
	MostBytes     *uint64  `json:"mostBytes,omitempty"`     // what may be sent at most, for a first or a full copy: all that is stored on the device; absent if unknown
	RequiredBytes *uint64  `json:"requiredBytes,omitempty"` // room that the device asked for, which counts clones in full; absent if it did not
	FullSeconds   *float64 `json:"fullSeconds,omitempty"`   // how long that takes at the speed of the last copy; absent if unknown
	Encrypted     *bool    `json:"encrypted,omitempty"`     // a backup password is set on the device; absent if unknown
	SizeOnly      bool     `json:"sizeOnly"`                // the device was only to be asked how large the backup would be
	Full          bool     `json:"full"`                    // everything was requested, not only what changed
	Resumed       bool     `json:"resumed"`                 // an interrupted copy was resumed

	Files      *uint64 `json:"files,omitempty"`      // files received in this run; absent if unknown, or if no backup was begun
	Bytes      *uint64 `json:"bytes,omitempty"`      // bytes received in this run; absent if unknown, or if no backup was begun
	BytesAgain *uint64 `json:"bytesAgain,omitempty"` // of those, bytes of files that an interrupted run had received, or begun to
	NotSent    []File  `json:"notSent,omitzero"`     // files that the device could not read, so that the copy lacks them; absent if no backup was begun

	Folder   string    `json:"folder,omitempty"`  // the new copy, or a placeholder in a redacted report; absent if there is none
	Date     time.Time `json:"date,omitzero"`     // when it was finished; absent if there is none
	Depth    string    `json:"depth,omitempty"`   // how thoroughly it was examined: deep; absent if it was not
	ProvedAt time.Time `json:"provedAt,omitzero"` // when it was proved; absent if it was not
	OldestAt time.Time `json:"oldestAt,omitzero"` // when the file that was not read for longest was read; absent if all were in this run

	Others []OtherCopy `json:"otherCopies,omitzero"` // the other copies of the device, newest first; absent if they could not be listed
	Notes  []string    `json:"notes"`                // what else was said of it
}

// A CopyError is the error with which a device ended a backup.
type CopyError struct {
	Domain     string `json:"domain"`            // MBErrorDomain
	Code       int    `json:"code"`              // number in that domain
	Unofficial bool   `json:"unofficial"`        // the meaning is not from Apple's documentation
	Message    string `json:"message,omitempty"` // what the device sent with it, quoted; absent if nothing
}

// An OtherCopy is an earlier copy of a device.
type OtherCopy struct {
	Folder    string    `json:"folder"`    // its folder, or a placeholder in a redacted report
	Date      time.Time `json:"date"`      // when it was made
	Verdict   string    `json:"verdict"`   // proved, not-proved or broken
	Removed   bool      `json:"removed"`   // it was removed in this run, as better ones are there
	Withdrawn bool      `json:"withdrawn"` // its proof was withdrawn in this run, as it shares damaged files with the new copy
}

// CopyCounts counts the copies of a run by verdict.
type CopyCounts struct {
	Proved      int `json:"proved"`      // with the verdict proved
	Measured    int `json:"measured"`    // with the verdict measured
	NotProved   int `json:"notProved"`   // with the verdict not-proved: kept
	Broken      int `json:"broken"`      // with the verdict broken
	NotFinished int `json:"notFinished"` // with the verdict not-finished: kept, to be resumed
	Refused     int `json:"refused"`     // with the verdict refused
	NotStarted  int `json:"notStarted"`  // with the verdict not-started
	Unknown     int `json:"unknown"`     // with a verdict that this version does not know
}

// NewCopy makes the copy of a device with a UDID. It returns nil for nil.
func NewCopy(udid string, c *device.Copy) *Copy {
	if c == nil {
		return nil
	}
	made := &Copy{
		Verdict: string(c.Verdict), Reason: string(c.Reason), Detail: device.Quoted(c.Detail),
		Library: c.Library, OtherDisk: c.OtherDisk, FreeBytes: known(c.FreeBytes), MostBytes: known(c.MostBytes), RequiredBytes: known(c.Required),
		FullSeconds: known(c.FullSeconds), Encrypted: known(c.Encrypted), SizeOnly: c.SizeOnly, Full: c.Full, Resumed: c.Resumed,
		Files: known(c.Files), Bytes: known(c.Bytes), BytesAgain: known(c.BytesAgain),
		Folder: c.Folder, Date: utc(c.Date), Depth: string(c.Depth), ProvedAt: utc(c.ProvedAt), OldestAt: utc(c.OldestAt),
		Notes: convert(c.Notes, device.Quoted),
	}
	if made.Files != nil {
		made.NotSent = convert(c.NotSent, newFile)
	}
	if others, err := c.Others.Get(); err == nil {
		made.Others = convert(others, func(o device.OtherCopy) OtherCopy {
			return OtherCopy{o.Folder, utc(o.Date), string(o.Verdict), o.Removed, o.Withdrawn}
		})
	}
	if c.Reason == device.CopyEnded {
		made.Error = &CopyError{Domain: string(codes.MBErrorDomain), Code: c.Code, Unofficial: true, Message: device.Quoted(c.Message)}
	}
	return made.worded(udid)
}

// known returns the value of a fact, or nil.
func known[T any](fact device.Fact[T]) *T {
	value, err := fact.Get()
	if err != nil {
		return nil
	}
	return &value
}

// rewordedCopy looks up the texts of a copy from a report that was not made in this run.
func rewordedCopy(udid string, c *Copy) *Copy {
	if c == nil {
		return nil
	}
	copied := *c
	copied.Detail = device.Quoted(c.Detail)
	copied.Notes = convert(c.Notes, device.Quoted)
	if c.Error != nil {
		e := *c.Error
		e.Domain, e.Message = device.Token(e.Domain), device.Quoted(e.Message)
		e.Unofficial = e.Domain == string(codes.MBErrorDomain)
		copied.Error = &e
	}
	return copied.worded(udid)
}

// bareCopy drops what rewordedCopy looks up.
func bareCopy(c *Copy) *Copy {
	if c == nil {
		return nil
	}
	bare := *c
	bare.Summary, bare.Hint = "", ""
	return &bare
}

// copy returns a copy with its times in the zone.
func (z inZone) copy(c *Copy) *Copy {
	if c == nil {
		return nil
	}
	local := *c
	local.Summary = z.text(c.Summary)
	local.Date, local.ProvedAt, local.OldestAt = z.time(c.Date), z.time(c.ProvedAt), z.time(c.OldestAt)
	local.Others = slices.Clone(c.Others)
	for i := range local.Others {
		local.Others[i].Date = z.time(local.Others[i].Date)
	}
	return &local
}

// OfCopies reports whether a report is that of a run that made copies: each device has one, even if
// it came to nothing.
func (r Report) OfCopies() bool {
	return len(r.Devices) > 0 && !slices.ContainsFunc(r.Devices, func(d Device) bool { return d.Copy == nil })
}

// copyCode returns the exit code for one copy.
func copyCode(c Copy) int {
	switch device.CopyVerdict(c.Verdict) {
	case device.CopyProved, device.CopyMeasured:
		return ExitNoProblem
	case device.CopyBroken:
		return ExitProblems
	default:
		return ExitNotExamined
	}
}

// copiesCode returns the exit code of a run that made copies. Devices that could not be listed have
// none.
func copiesCode(r Report) int {
	code := ExitNoProblem
	if slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.About == "" }) {
		code = ExitNotExamined
	}
	for _, d := range r.Devices {
		code = max(code, copyCode(*d.Copy)) // not finished or not proved wins over broken, as for verify
	}
	return code
}

// add counts a copy.
func (c *CopyCounts) add(verdict string) {
	*c.of(device.CopyVerdict(verdict))++
}

// Of returns the number of copies with a verdict.
func (c CopyCounts) Of(v device.CopyVerdict) int { return *c.of(v) }

func (c *CopyCounts) of(v device.CopyVerdict) *int {
	switch v {
	case device.CopyProved:
		return &c.Proved
	case device.CopyMeasured:
		return &c.Measured
	case device.CopyNotProved:
		return &c.NotProved
	case device.CopyBroken:
		return &c.Broken
	case device.CopyNotFinished:
		return &c.NotFinished
	case device.CopyRefused:
		return &c.Refused
	case device.CopyNotStarted:
		return &c.NotStarted
	default:
		return &c.Unknown
	}
}
