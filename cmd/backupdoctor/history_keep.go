package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
)

// keeping is who hears the events of a run for the history, and what to do when the run is
// over. A history that cannot be opened or written is said, and changes nothing about the run.
func (s surroundings) keeping(ctx context.Context, run history.Run) (hear func(report.Event), over func()) {
	store, err := s.openHistory(ctx)
	if err != nil {
		s.notKept(err)
		return func(report.Event) {}, func() {}
	}
	recorder := history.NewRecorder(store, run)
	return recorder.Hear, func() {
		if err := cmp.Or(recorder.Err(), store.Close()); err != nil {
			s.notKept(historyEnding(err))
		}
	}
}

func (s surroundings) notKept(err error) {
	fmt.Fprintln(s.stderr, "backupdoctor: the history does not have all of this run:", err)
	if ended, ok := errors.AsType[exit](err); ok && ended.hint != "" {
		fmt.Fprintln(s.stderr, "hint:", ended.hint)
	}
}
