package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// MaxReportBytes is the size limit of Read: about five thousand devices.
const MaxReportBytes = 256 << 20

// A KindError is returned for a document that is not a report but of another kind.
type KindError struct{ Kind Kind }

func (e *KindError) Error() string {
	return "this is a document of the kind " + Clean(string(e.Kind)) + ", not a report"
}

// Read reads a report written by [WriteJSON] in this version or an older one, or the events of
// a run written by [WriteEvent]; an interrupted run gives a partial report. The file may come
// from an untrusted source: its size is limited, its counts are recomputed, and its texts are
// as untrusted as a device's.
func Read(r io.Reader) (Report, error) {
	limited := &io.LimitedReader{R: r, N: MaxReportBytes + 1}
	decoder := json.NewDecoder(limited)
	var events []document
	for {
		var d document
		err := decoder.Decode(&d)
		switch {
		case limited.N <= 0:
			return Report{}, fmt.Errorf("the report is larger than %d MiB", MaxReportBytes>>20)
		case err == io.EOF && len(events) > 0:
			return ofEvents(events), nil
		case err == io.EOF:
			return Report{}, errors.New("there is no report in it")
		case len(events) > 0 && errors.Is(err, io.ErrUnexpectedEOF):
			return ofEvents(events), nil // the last line is incomplete
		case d.Kind != "" && d.Kind != KindReport && d.Kind != KindEvent:
			return Report{}, &KindError{d.Kind} // any other mismatch
		case err != nil:
			return Report{}, fmt.Errorf("the report cannot be understood: %w", err)
		}
		if err := d.check(); err != nil {
			return Report{}, err
		}
		if d.Type == "" {
			return sound(Reworded(d.Report)), nil
		}
		events = append(events, d)
	}
}

// A document is what Read reads: a report or an event.
type document struct {
	Report
	Type   string  `json:"event"`
	UDID   string  `json:"udid"`
	Device *Device `json:"device"`
	Whole  *Report `json:"report"`
}

func (d document) check() error {
	if err := checkHeader(d.Header, KindReport, KindEvent); err != nil {
		return err
	}
	devices := d.Report.Devices
	if d.Whole != nil {
		devices = append(slices.Clone(devices), d.Whole.Devices...)
	}
	for i, one := range devices {
		if one.UDID == "" && one.Verdict == "" && one.TakenAt.IsZero() {
			return fmt.Errorf("device %d of the report is empty", i+1)
		}
	}
	return nil
}

// ofEvents builds the report of a run from its events.
func ofEvents(events []document) Report {
	var r Report
	whole := false
	var udids []string // in the order in which the devices were found
	known, finished := map[string]bool{}, map[string]Device{}
	found := func(udid string) {
		if !known[udid] {
			known[udid] = true
			udids = append(udids, udid)
		}
	}
	for _, e := range events {
		switch {
		case e.Type == DeviceAttached:
			found(e.UDID)
		case e.Type == DeviceDone && e.Device != nil:
			found(e.Device.UDID)
			finished[e.Device.UDID] = RewordedDevice(*e.Device) // the last visit wins
		case e.Type == RunSummary && e.Whole != nil:
			r, whole = Reworded(*e.Whole), true
		}
	}
	var devices []Device
	for _, udid := range udids {
		if d, done := finished[udid]; done {
			devices = append(devices, d)
		}
	}
	r.Devices = devices
	if !whole {
		r = Report{Header: NewHeader(KindReport), Run: events[0].Run, Subject: OfDevices, Devices: devices}
		r.Tool.Name = "backupdoctor"
		r.Gaps = []Gap{{Reason: string(device.Interrupted), Summary: "the run was cut off"}}
	}
	return sound(r)
}

// sound makes a report that was read safe for every renderer: no list is nil, and the counts
// are recomputed.
func sound(r Report) Report {
	r.Header = NewHeader(KindReport)
	r.Subject = subjectOf(r)
	r.Gaps, r.Places, r.LeftOut, r.Devices = listed(r.Gaps), listed(r.Places), listed(r.LeftOut), listed(r.Devices)
	for _, d := range r.Devices {
		if d.TakenAt.After(r.TakenAt) {
			r.TakenAt = d.TakenAt
		}
	}
	return counted(r)
}

// subjectOf returns the subject of a report: OfBackups or OfDevices.
func subjectOf(r Report) string {
	if r.Subject == OfBackups {
		return OfBackups
	}
	return OfDevices
}

// listed returns the list, never nil, so that JSON has [].
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
