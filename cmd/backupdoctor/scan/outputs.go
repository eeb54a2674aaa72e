package scan

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// Formats are the formats of an output, in the order in which help names them.
var Formats = []string{"table", "summary", "json", "ndjson", "csv", "csv-findings", "html", "markdown", "junit", "prometheus"}

// streamed is the format that is written while the run goes on.
const streamed = "ndjson"

// renderers are the other formats, which are written once the report is complete.
var renderers = map[string]func(io.Writer, report.Report, format.Options) error{
	"table":   format.WriteTable,
	"summary": format.WriteSummary,
	"json":    plainly(format.WriteJSON),

	"csv":          plainly(format.WriteCSV),
	"csv-findings": plainly(format.WriteCSVFindings),
	"html":         plainly(format.WriteHTML),
	"markdown":     plainly(format.WriteMarkdown),
	"junit":        plainly(format.WriteJUnit),
	"prometheus":   plainly(format.WritePrometheus),
}

// plainly is a renderer that is the same on every terminal.
func plainly(write func(io.Writer, report.Report) error) func(io.Writer, report.Report, format.Options) error {
	return func(w io.Writer, r report.Report, _ format.Options) error { return write(w, r) }
}

// An Output is one rendering of the report and where it goes.
type Output struct {
	Format  string
	Path    string // "" is stdout
	Display format.Options
}

// forPeople are the formats that say nothing where there is no device: the end of the
// command says why on stderr.
var forPeople = []string{"table", "summary"}

// render writes the report in the format of the output.
func (o Output) render(w io.Writer, r report.Report) error {
	if slices.Contains(forPeople, o.Format) && (r.ExitCode() == report.ExitNoDevice || r.Subject == report.OfDevices && len(r.Devices) == 0) {
		return nil
	}
	return renderers[o.Format](w, r, o.Display)
}

// Outputs writes the report once for each output, and the events of the run as they happen. One
// that fails does not keep the others from being written; the error is that of the first.
func Outputs(outputs []Output, files Destination, stdout io.Writer) Sink {
	var streams []*stream
	return Sink{
		Begin: func(context.Context, *Run) error {
			for _, o := range outputs {
				if o.Format != streamed {
					continue
				}
				s, err := files.events(o.Path, stdout)
				if err != nil {
					return errors.Join(err, closeAll(streams))
				}
				streams = append(streams, s)
			}
			return nil
		},
		Hear: func(e Event) {
			for _, s := range streams {
				s.hear(e.Event)
			}
		},
		Report: func(r report.Report, _ device.Recording) (err error) {
			for _, o := range outputs {
				if o.Format == streamed {
					continue
				}
				failed := files.Write(o.Path, stdout, func(w io.Writer) error { return o.render(w, r) })
				if err == nil {
					err = failed
				}
			}
			return err
		},
		Close: func() error { return closeAll(streams) },
	}
}

// closeAll closes every stream; the error is that of the last that failed.
func closeAll(streams []*stream) (err error) {
	for _, s := range streams {
		if failed := s.close(); failed != nil {
			err = failed
		}
	}
	return err
}
