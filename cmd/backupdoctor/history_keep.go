package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/backupdoctor/backupdoctor/report/stream/outbox"
)

// keeping is who hears the events of a run for the history, and what to do when the run is
// over. A history that cannot be opened or written is said, and changes nothing about the run.
// What is first not kept is said at once: a run can last all day.
func (s surroundings) keeping(ctx context.Context, run history.Run, l *letters) (hear func(report.Event), over func()) {
	store, err := s.openHistory(ctx)
	if err != nil {
		s.notKept(err)
		return func(report.Event) {}, func() {}
	}
	recorder := history.NewRecorder(store, run)
	carried := func() {}
	if l != nil {
		recorder.Leaving = func(e report.Event) (outbox.Item, error) { return l.item(e, run.Started) }
		carried = l.carry(ctx, s, store)
	}
	said := ""
	say := func(err error) {
		if err != nil && err.Error() != said {
			said = err.Error()
			s.notKept(historyEnding(err))
		}
	}
	hear = func(e report.Event) {
		recorder.Hear(e)
		if said == "" {
			say(recorder.Err())
		}
		if l != nil && e.Type == report.DeviceDone {
			l.posted()
		}
	}
	return hear, func() {
		carried()
		say(cmp.Or(recorder.Err(), store.Close()))
	}
}

func (s surroundings) notKept(err error) {
	fmt.Fprintln(s.stderr, "backupdoctor: the history does not have all of this run:", err)
	if s.alarm != nil {
		s.alarm("The history does not have all of this run: " + err.Error())
	}
	if ended, ok := errors.AsType[exit](err); ok && ended.hint != "" {
		fmt.Fprintln(s.stderr, "hint:", ended.hint)
	}
}
