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

// An Output is one rendering of the report and where it goes.
type Output struct {
	Format  string
	Path    string // "" is stdout
	Display format.Options
}

// render writes the report in the format of the output. To people at a terminal the end of
// the command says that there was no device.
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

// mode is that of a new file. Metrics are collected by a program of another user.
func (o Output) mode() fs.FileMode {
	if o.Format == "prometheus" {
		return output.Shared
	}
	return output.Private
}

// Outputs writes the report once for each output, and the events of the run as they happen. One
// that fails does not keep the others from being written; the error is that of the first.
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

// closeAll closes every stream; the error is that of the last that failed.
func closeAll(streams []*stream) (err error) {
	for _, s := range streams {
		if failed := s.close(); failed != nil {
			err = failed
		}
	}
	return err
}
