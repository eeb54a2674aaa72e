package format

import (
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Format is one way to write a report.
type Format struct {
	Name     string                                        // name on the command line: markdown
	Ending   string                                        // file extension: md
	Terminal bool                                          // for people at a terminal, who are told on exit if there was no device
	Write    func(io.Writer, report.Report, Options) error // nil for Streamed
}

// Streamed is the format written with [WriteEvent] while the run is in progress.
const Streamed = "ndjson"

// formats are all formats, in the order shown in help.
var formats = []Format{
	{Name: "table", Ending: "txt", Terminal: true, Write: WriteTable},
	{Name: "summary", Ending: "txt", Terminal: true, Write: WriteSummary},
	{Name: "plain", Ending: "plain.txt", Write: plainly(WritePlain)},
	{Name: "json", Ending: "json", Write: plainly(WriteJSON)},
	{Name: Streamed, Ending: "ndjson"},
	{Name: "csv", Ending: "csv", Write: plainly(WriteCSV)},
	{Name: "csv-findings", Ending: "findings.csv", Write: WriteCSVFindings},
	{Name: "html", Ending: "html", Write: inZone(WriteHTML)},
	{Name: "ticket", Ending: "ticket.txt", Terminal: true, Write: WriteTicket},
	{Name: "markdown", Ending: "md", Write: inZone(WriteMarkdown)},
	{Name: "junit", Ending: "junit.xml", Write: plainly(WriteJUnit)},
	{Name: "prometheus", Ending: "prom", Write: plainly(WritePrometheus)},
}

// Names returns the names of all formats, in the order shown in help.
func Names() []string { return convert(formats, func(f Format) string { return f.Name }) }

// Find returns the format with the given name.
func Find(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

// plainly adapts a writer whose output does not depend on the terminal.
func plainly(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, Options) error {
	return func(w io.Writer, r report.Report, _ Options) error { return write(w, r) }
}

// inZone adapts a writer for people, converting times to their zone.
func inZone(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, Options) error {
	return func(w io.Writer, r report.Report, o Options) error { return write(w, report.InZone(r, o.Zone)) }
}
