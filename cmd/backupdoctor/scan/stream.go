package scan

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A stream is where the events of a run go as they happen, one a line.
type stream struct {
	out    *bufio.Writer
	file   io.Closer // nil if it is stdout
	failed error     // the first error of writing
}

// events opens a file that is written to line by line. Unlike a report it exists before it is
// complete: what it holds when a run is interrupted is the point of it.
func (d Destination) events(path string, stdout io.Writer) (*stream, error) {
	if path == "" {
		return &stream{out: bufio.NewWriter(stdout)}, nil
	}
	if err := d.Check(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &stream{out: bufio.NewWriter(file), file: file}, nil
}

// hear writes an event, at once.
func (s *stream) hear(e report.Event) {
	if s.failed != nil {
		return
	}
	s.failed = errors.Join(format.WriteEvent(s.out, e), s.out.Flush())
}

func (s *stream) close() error {
	if s.file == nil {
		return s.failed
	}
	return errors.Join(s.failed, s.file.Close())
}
