package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// A HistoryWriter writes a history as it comes: all runs, then all visits, then Close.
type HistoryWriter interface {
	Run(report.PastRun) error
	Visit(run string, d report.Device) error
	Close() error
}

// An ExportedVisit is one device in one run, in an exported history.
type ExportedVisit struct {
	Run    string        `json:"run"`    // id of the run
	Device report.Device `json:"device"` // as it stood in the report of that run
}

// A historyJSON is a history as one document with two lists, runs and devices.
type historyJSON struct {
	w    io.Writer
	list string // which list the last element went to; "" before the first
}

// NewHistoryJSON writes a history as one JSON document: {"schema", "runs", "devices"}, each
// run and each device on a line of its own.
func NewHistoryJSON(w io.Writer) HistoryWriter { return &historyJSON{w: w} }

func (h *historyJSON) Run(run report.PastRun) error { return h.element("runs", run) }

func (h *historyJSON) Visit(run string, d report.Device) error {
	return h.element("devices", ExportedVisit{run, d})
}

// element writes one element of a list, and what stands before it.
func (h *historyJSON) element(list string, element any) error {
	lead := ","
	if h.list != list {
		lead = h.upTo(list)
	}
	if _, err := io.WriteString(h.w, lead); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return writeLine(h.w, element)
}

// upTo is what leads from the list that was written last to the begin of another.
func (h *historyJSON) upTo(list string) string {
	before := h.list
	h.list = list
	runs, devices := fmt.Sprintf("{\"schema\": %d, \"runs\": [\n", report.HistorySchema), "], \"devices\": [\n"
	switch {
	case list == "runs":
		return runs
	case before == "":
		return runs + devices
	default:
		return devices
	}
}

func (h *historyJSON) Close() error {
	end := "]}\n"
	if h.list != "devices" {
		end = h.upTo("devices") + end
	}
	if _, err := io.WriteString(h.w, end); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// writeLine writes a JSON document on one line.
func writeLine(w io.Writer, document any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if _, err := w.Write(EscapeHidden(text.Bytes())); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// A historyLines is a history of one JSON document a line.
type historyLines struct{ w io.Writer }

// NewHistoryNDJSON writes a history as lines of JSON: first the runs, then the devices, told
// apart by "record".
func NewHistoryNDJSON(w io.Writer) HistoryWriter { return historyLines{w} }

func (h historyLines) Run(run report.PastRun) error {
	return writeLine(h.w, struct {
		Schema int    `json:"schema"`
		Record string `json:"record"`
		report.PastRun
	}{report.HistorySchema, "run", run})
}

func (h historyLines) Visit(run string, d report.Device) error {
	return writeLine(h.w, struct {
		Schema int    `json:"schema"`
		Record string `json:"record"`
		ExportedVisit
	}{report.HistorySchema, "device", ExportedVisit{run, d}})
}

func (h historyLines) Close() error { return nil }
