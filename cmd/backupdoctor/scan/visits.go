package scan

import (
	"context"
	"fmt"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// Visits prints, for each finished device, the cause with its evidence and the first step, and
// what has changed since the last visit in the history. It must follow the sink that keeps the
// run and the one that prints a line per device.
func Visits(env command.Env, screen *terminal.Screen, kept bool) Sink {
	var store *ledger.Store
	done := 0
	return Sink{
		Hear: func(e Event) {
			if e.Type != report.DeviceDone {
				return
			}
			done++
			if kept && store == nil {
				store, _ = ReadHistory(context.Background(), env) // the keeper reports errors of the history
			}
			options := format.Options{Width: screen.Columns(), UTF8: screen.UTF8(), Zone: env.Zone}
			text := format.Visit(*e.Device, before(store, *e.Device), options)
			if text == "" {
				return
			}
			if screen.IsTerminal() {
				fmt.Fprintln(screen, format.Line(*e.Device, done, 0, options))
			}
			fmt.Fprintln(screen, text)
		},
		Close: func() error {
			if store == nil {
				return nil
			}
			return store.Close()
		},
	}
}

// before returns a device's previous visit, or nil if none is known.
func before(store *ledger.Store, d report.Device) *report.Visit {
	if store == nil || d.UDID == "" {
		return nil
	}
	story, err := store.Device(context.Background(), d.UDID, 5)
	if err != nil {
		return nil
	}
	for _, v := range story.Visits {
		if v.Subject == report.OfDevices && v.TakenAt.Before(d.TakenAt) {
			return &v
		}
	}
	return nil
}
