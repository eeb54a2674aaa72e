package scan

import (
	"errors"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A stream is where the events of a run go as they happen, one a line.
type stream struct {
	out    output.Stream
	failed error // the first error of writing
}

// hear writes an event, at once.
func (s *stream) hear(e report.Event) {
	if s.failed != nil {
		return
	}
	s.failed = errors.Join(format.WriteEvent(s.out, e), s.out.Flush())
}

func (s *stream) close() error { return errors.Join(s.failed, s.out.Commit()) }
