package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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
// as untrusted as a device's. Devices after the first [MaxOpen] are packed; see [Report.All].
func Read(r io.Reader) (Report, error) {
	limited := &io.LimitedReader{R: r, N: MaxReportBytes + 1}
	decoder := json.NewDecoder(limited)
	var events runEvents
	var packer Packer
	for {
		d, err := readDocument(decoder, &packer)
		switch {
		case limited.N <= 0:
			return Report{}, fmt.Errorf("the report is larger than %d MiB", MaxReportBytes>>20)
		case err == io.EOF && events.n > 0:
			return events.report(), nil
		case err == io.EOF:
			return Report{}, errors.New("there is no report in it")
		case events.n > 0 && errors.Is(err, io.ErrUnexpectedEOF):
			return events.report(), nil // the last line is incomplete
		case d.Kind != "" && d.Kind != KindReport && d.Kind != KindEvent:
			return Report{}, &KindError{d.Kind} // any other mismatch
		case err != nil:
			return Report{}, fmt.Errorf("the report cannot be understood: %w", err)
		}
		if err := d.check(); err != nil {
			return Report{}, err
		}
		if d.Type == "" {
			return sound(rewordedFrame(d.Report)), nil
		}
		events.add(d, &packer)
	}
}

// A document is what Read reads: a report, whose devices are already reworded, or an event.
type document struct {
	Report
	Type   string  `json:"event"`
	UDID   string  `json:"udid"`
	Device *Device `json:"device"`
	Whole  *Report `json:"report"`

	empty int // number of the first device without any content, from 1; 0 if there is none
}

// readDocument decodes the next document, and the devices of a report one at a time. It returns
// what was understood before an error.
func readDocument(decoder *json.Decoder, packer *Packer) (d document, err error) {
	begin, err := decoder.Token()
	if err != nil {
		return d, err
	}
	if begin != json.Delim('{') {
		return d, errors.New("it is not a JSON object")
	}
	fields := map[string]json.RawMessage{}
	var listed []Device
	for decoder.More() && err == nil {
		var key json.Token
		if key, err = decoder.Token(); err != nil {
			break
		}
		name, _ := key.(string) // always
		if strings.EqualFold(name, "devices") {
			listed, d.empty, err = readDevices(decoder, packer)
			continue
		}
		var value json.RawMessage
		err = decoder.Decode(&value)
		fields[name] = value
	}
	if err == nil {
		_, err = decoder.Token()
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	text, failed := json.Marshal(fields)
	if failed == nil {
		failed = json.Unmarshal(text, &d)
	}
	d.Report.Devices = listed
	return d, cmp.Or(err, failed)
}

// readDevices decodes the devices of a report. empty is the number of the first one without any
// content.
func readDevices(decoder *json.Decoder, packer *Packer) (list []Device, empty int, err error) {
	switch begin, err := decoder.Token(); {
	case err != nil || begin == nil: // null is no device
		return nil, 0, err
	case begin != json.Delim('['):
		return nil, 0, errors.New("its devices are not a list")
	}
	for decoder.More() {
		var d Device
		if err := decoder.Decode(&d); err != nil {
			return list, empty, err
		}
		if empty == 0 && isEmpty(d) {
			empty = len(list) + 1
		}
		list = append(list, packer.Keep(RewordedDevice(d), len(list)))
	}
	_, err = decoder.Token()
	return list, empty, err
}

func isEmpty(d Device) bool { return d.UDID == "" && d.Verdict == "" && d.TakenAt.IsZero() }

func (d document) check() error {
	if err := checkHeader(d.Header, KindReport, KindEvent); err != nil {
		return err
	}
	if d.empty == 0 && d.Whole != nil {
		d.empty = slices.IndexFunc(d.Whole.Devices, isEmpty) + 1
	}
	if d.empty > 0 {
		return fmt.Errorf("device %d of the report is empty", d.empty)
	}
	return nil
}

// runEvents collects the events of a run.
type runEvents struct {
	n        int
	run      string            // of the first event
	udids    []string          // in the order in which the devices were found
	known    map[string]bool   // of udids
	finished map[string]Device // by UDID
	summary  *Report           // nil if the run was interrupted
}

func (e *runEvents) add(d document, packer *Packer) {
	if e.n++; e.n == 1 {
		e.run, e.known, e.finished = d.Run, map[string]bool{}, map[string]Device{}
	}
	switch {
	case d.Type == DeviceAttached:
		e.found(d.UDID)
	case d.Type == DeviceDone && d.Device != nil:
		e.found(d.Device.UDID)
		e.finished[d.Device.UDID] = packer.Keep(RewordedDevice(*d.Device), len(e.finished)) // the last visit wins
	case d.Type == RunSummary && d.Whole != nil:
		r := Reworded(*d.Whole)
		e.summary = &r
	}
}

func (e *runEvents) found(udid string) {
	if !e.known[udid] {
		e.known[udid] = true
		e.udids = append(e.udids, udid)
	}
}

// report builds the report of the run.
func (e *runEvents) report() Report {
	var devices []Device
	for _, udid := range e.udids {
		if d, done := e.finished[udid]; done {
			devices = append(devices, d)
		}
	}
	if e.summary != nil {
		e.summary.Devices = devices
		return sound(*e.summary)
	}
	r := Report{Header: NewHeader(KindReport), Run: e.run, Subject: OfDevices, Devices: devices}
	r.Tool.Name = "backupdoctor"
	r.Gaps = []Gap{{Reason: string(device.Interrupted), Summary: "the run was interrupted"}}
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
