package scan

import (
	"errors"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A stream receives the events of a run as they happen, one per line.
type stream struct {
	out    output.Stream
	failed error // the first write error
}

// hear writes an event immediately.
func (s *stream) hear(e report.Event) {
	if s.failed != nil {
		return
	}
	s.failed = errors.Join(format.WriteEvent(s.out, e), s.out.Flush())
}

func (s *stream) close() error { return errors.Join(s.failed, s.out.Commit()) }
