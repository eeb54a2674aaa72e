package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// An Output is a format of the report and its destination.
type Output struct {
	Format  string
	Path    string // "" is stdout
	Display format.Options
}

// render writes the report in the output's format. On a terminal, a report without devices is
// not written: the end of the command says so.
func (o Output) render(w io.Writer, r report.Report) error {
	f, known := format.Find(o.Format)
	if !known {
		return fmt.Errorf("unknown format %q", o.Format)
	}
	nothing := r.ExitCode() == report.ExitNoDevice || r.Subject == report.OfDevices && len(r.Devices) == 0 && r.MDM == nil && r.ExitCode() != report.ExitNotExamined
	if f.Terminal && nothing && len(r.LeftOut) == 0 {
		return nil
	}
	return f.Write(w, r, o.Display)
}

// mode returns the mode of a new file. Metrics are readable by all, since another user's
// program collects them.
func (o Output) mode() fs.FileMode {
	if o.Format == "prometheus" {
		return output.Shared
	}
	return output.Private
}

// Outputs writes the report once for each output, and the events of the run as they happen. It
// writes all outputs even if one fails, and returns the first error.
func Outputs(outputs []Output, files output.Files) Sink {
	var streams []*stream
	var run context.Context
	return Sink{
		Begin: func(ctx context.Context, _ *Run) error {
			run = ctx
			for _, o := range outputs {
				if o.Format != format.Streamed {
					continue
				}
				out, err := files.Stream(ctx, o.Path)
				if err != nil {
					return errors.Join(err, closeAll(streams))
				}
				streams = append(streams, &stream{out: out})
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
				if o.Format == format.Streamed {
					continue
				}
				failed := files.Write(run, o.Path, o.mode(), func(w io.Writer) error { return o.render(w, r) })
				if err == nil {
					err = failed
				}
			}
			return err
		},
		Close: func() error { return closeAll(streams) },
	}
}

// closeAll closes every stream and returns the last error.
func closeAll(streams []*stream) (err error) {
	for _, s := range streams {
		if failed := s.close(); failed != nil {
			err = failed
		}
	}
	return err
}
