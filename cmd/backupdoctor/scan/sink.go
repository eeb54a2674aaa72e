package scan

import (
	"context"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// An Event is one event of a run.
type Event struct {
	report.Event
	Result *Result // the device's result; nil unless it is done
}

// A Sink receives a run. Functions that it does not need are nil. They are called one at a
// time, in this order.
type Sink struct {
	Begin   func(context.Context, *Run) error           // before anything is learned; an error ends the run
	Hear    func(Event)                                 // for each event
	Learned func()                                      // when learning has ended, even if it failed
	Report  func(report.Report, device.Recording) error // with the finished report
	Close   func() error                                // last, however the run ended

	Snapshots bool // Report reads the recording's snapshots; they are kept only for such a sink
}

// Hearing returns a sink that only hears events.
func Hearing(hear func(report.Event)) Sink {
	return Sink{Hear: func(e Event) { hear(e.Event) }}
}

// Lines prints each finished device on a line, if the screen is not a terminal.
func Lines(screen *terminal.Screen) Sink { return Hearing(terminal.Lines(screen)) }

// Progress shows the tray on a terminal during the run.
func Progress(screen *terminal.Screen) Sink {
	return Sink{
		Begin:   func(context.Context, *Run) error { screen.ShowTray(); return nil },
		Hear:    func(e Event) { screen.Hear(e.Event) },
		Learned: screen.CloseView,
		Close:   func() error { screen.CloseView(); return nil },
	}
}
