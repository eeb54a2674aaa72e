package scan

import (
	"context"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// An Event is one thing that happened in a run.
type Event struct {
	report.Event
	Result *Result // what was found on the device; nil unless it is done
}

// A Sink is a place where a run goes. Functions that it does not need are nil. They are called
// one at a time, in this order.
type Sink struct {
	Begin   func(context.Context, *Run) error           // before anything is learned; an error ends the run
	Hear    func(Event)                                 // as things happen
	Learned func()                                      // once nothing more will be learned, even if that failed
	Report  func(report.Report, device.Recording) error // what all of it adds up to
	Close   func() error                                // at the end, however the run ended

	Snapshots bool // Report reads the snapshots of the recording; without such a sink they are not kept
}

// Hearing is a sink that only hears events.
func Hearing(hear func(report.Event)) Sink {
	return Sink{Hear: func(e Event) { hear(e.Event) }}
}

// Lines prints each finished device on a line, where the screen is no terminal.
func Lines(screen *terminal.Screen) Sink { return Hearing(terminal.Lines(screen)) }

// Progress shows the tray on a terminal while it is examined.
func Progress(screen *terminal.Screen) Sink {
	return Sink{
		Begin:   func(context.Context, *Run) error { screen.ShowTray(); return nil },
		Hear:    func(e Event) { screen.Hear(e.Event) },
		Learned: screen.CloseView,
		Close:   func() error { screen.CloseView(); return nil },
	}
}
