package format

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// A HistoryWriter writes a history incrementally: all runs, then all visits, then Close.
type HistoryWriter interface {
	Run(report.PastRun) error
	Visit(run string, d report.Device) error
	Close() error
}

// A historyJSON writes a history as one document with the lists runs and devices.
type historyJSON struct {
	w     io.Writer
	list  jsonArray
	began bool // the list of runs was started
	ended bool // the list of runs was ended; list is now that of devices
}

// NewHistoryJSON writes a history as one JSON document: a header, "runs" and "devices", with
// each run and device on its own line.
func NewHistoryJSON(w io.Writer) HistoryWriter { return &historyJSON{w: w, list: jsonArray{w: w}} }

func (h *historyJSON) Run(run report.PastRun) error {
	if err := h.begin(); err != nil {
		return err
	}
	return h.list.add(run)
}

func (h *historyJSON) Visit(run string, d report.Device) error {
	if err := h.endRuns(); err != nil {
		return err
	}
	return h.list.add(report.RunDevice{Run: run, Device: d})
}

func (h *historyJSON) begin() error {
	if h.began {
		return nil
	}
	h.began = true
	header, err := encode(report.NewHeader(report.KindHistory), "", "")
	if err != nil {
		return writing(err)
	}
	return write(h.w, header[:len(header)-1], []byte(`,"runs": `))
}

// endRuns ends the list of runs and starts the list of devices.
func (h *historyJSON) endRuns() error {
	if h.ended {
		return nil
	}
	if err := h.begin(); err != nil {
		return err
	}
	h.ended = true
	if err := h.list.end(", \"devices\": "); err != nil {
		return err
	}
	h.list = jsonArray{w: h.w}
	return nil
}

func (h *historyJSON) Close() error {
	if err := h.endRuns(); err != nil {
		return err
	}
	return h.list.end("}\n")
}

// A historyLines writes a history as one JSON document per line.
type historyLines struct{ w io.Writer }

// NewHistoryNDJSON writes a history as lines of JSON: first the runs, then the devices, each
// with its kind.
func NewHistoryNDJSON(w io.Writer) HistoryWriter { return historyLines{w} }

func (h historyLines) Run(run report.PastRun) error {
	return writeLine(h.w, report.RunLine{Header: report.NewHeader(report.KindRun), PastRun: run})
}

func (h historyLines) Visit(run string, d report.Device) error {
	return writeLine(h.w, report.VisitLine{Header: report.NewHeader(report.KindVisit), RunDevice: report.RunDevice{Run: run, Device: d}})
}

func (h historyLines) Close() error { return nil }
