package main

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/uuid"
)

// A herald tells everybody who listens to a run what happens in it, one event at a time.
type herald struct {
	run     string    // id of the run
	started time.Time // UTC
	mu      sync.Mutex
	ears    []func(report.Event)
	told    map[string]bool // types of events that there were
}

// newHerald begins a run. Ids of runs sort by the time at which they began.
func newHerald() (*herald, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return &herald{run: id.String(), started: time.Now().UTC(), told: map[string]bool{}}, nil
}

// listens adds somebody who is told of every event from now on.
func (h *herald) listens(ear func(report.Event)) {
	if ear != nil {
		h.ears = append(h.ears, ear)
	}
}

// listensFirst adds somebody who is told of every event before all others are.
func (h *herald) listensFirst(ear func(report.Event)) { h.ears = slices.Insert(h.ears, 0, ear) }

func (h *herald) tell(e report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.Schema, e.Run, e.At = report.Schema, h.run, time.Now().UTC()
	h.told[e.Type] = true
	for _, ear := range h.ears {
		ear(e)
	}
}

// began reports whether an event of this type was told.
func (h *herald) began(what string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told[what]
}

// begin opens the outputs that are written while the run goes on. finish closes them, and
// tells with what error the run ends.
func (sc scan) begin() (begun scan, finish func(error) error, err error) {
	sc.herald, err = newHerald()
	if err == nil && sc.resume != nil {
		sc.herald.run, sc.herald.started = sc.resume.Run.Run, sc.resume.Run.StartedAt
	}
	if err != nil {
		return sc, nil, err
	}
	var streams []*stream
	for _, o := range sc.outputs {
		if o.format != streamed {
			continue
		}
		s, err := sc.files.events(o.path, sc.stdout)
		if err != nil {
			return sc, nil, err
		}
		streams = append(streams, s)
		sc.herald.listens(s.hear)
	}
	sc.herald.listens(sc.lineByLine())
	return sc, func(ended error) error {
		sc.herald.tellExit(ended)
		for _, s := range streams {
			if err := s.close(); err != nil {
				ended = err
			}
		}
		return ended
	}, nil
}

// sumUp tells the end of a run. Devices of which nothing was told while they were read are
// told first.
func (h *herald) sumUp(r report.Report) {
	if !h.began(report.RunStart) {
		total := len(r.Devices)
		h.tell(report.Event{Type: report.RunStart, Total: &total})
	}
	if !h.began(report.DeviceDone) {
		for i := range r.Devices {
			d := &r.Devices[i]
			h.tell(report.Event{Type: report.DeviceDone, UDID: d.UDID, Name: d.Name, Slot: d.Slot, Location: d.Location, Device: d})
		}
	}
	summary := r
	summary.Devices = []report.Device{}
	h.tell(report.Event{Type: report.RunSummary, Report: &summary})
}

// tellExit tells the error that a command ends with, if the report does not say it all.
func (h *herald) tellExit(ended error) {
	stopped, ok := errors.AsType[exit](ended)
	if ended == nil || ok && stopped.err == nil {
		return
	}
	if !ok {
		stopped = exit{code: report.ExitUsage, err: ended}
	}
	table := report.Exits()
	i := slices.IndexFunc(table, func(e report.Exit) bool { return e.Code == stopped.code })
	h.tell(report.Event{Type: report.ExitError, Error: stopped.Error(), Exit: &table[i]})
}
