package format

import (
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Format is one way to write a report.
type Format struct {
	Name     string                                        // as it is asked for: markdown
	Ending   string                                        // of the name of a file: md
	Terminal bool                                          // for people at a terminal, to whom the end of the command says that there was no device
	Write    func(io.Writer, report.Report, Options) error // nil for Streamed
}

// Streamed is the format that is written while the run goes on, with [WriteEvent].
const Streamed = "ndjson"

// formats are all formats, in the order in which help names them.
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

// Names are the names of all formats, in the order in which help names them.
func Names() []string { return convert(formats, func(f Format) string { return f.Name }) }

// Find finds a format by its name.
func Find(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

// plainly is a writer that writes the same on every terminal.
func plainly(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, Options) error {
	return func(w io.Writer, r report.Report, _ Options) error { return write(w, r) }
}

// inZone is a writer for people, who read times in their own zone.
func inZone(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, Options) error {
	return func(w io.Writer, r report.Report, o Options) error { return write(w, report.InZone(r, o.Zone)) }
}
