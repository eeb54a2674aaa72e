package scan

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/notify"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// noticeFor is the time limit for showing a notification.
const noticeFor = 10 * time.Second

// Hooks runs after each finished device: a command, a desktop notification, the terminal bell.
// Hooks survive the first Ctrl-C, but end with the run.
type Hooks struct {
	Hook     *hook.Hook // nil for none
	Notify   bool       // show a desktop notification
	Bell     bool       // ring the terminal bell
	Redacted bool       // the run is redacted
	Environ  []string   // for the program that shows notifications
	Screen   *terminal.Screen
}

// Sink returns the sink that runs the hooks.
func (h Hooks) Sink() Sink {
	var running sync.WaitGroup
	var run *Run
	return Sink{
		Begin: func(_ context.Context, r *Run) error {
			run = r
			if h.Notify {
				if err := notify.Available(); err != nil {
					h.Notify = false
					fmt.Fprintln(h.Screen, "backupdoctor: --notify shows nothing:", err)
				}
			}
			return nil
		},
		Hear: func(e Event) {
			if e.Type != report.DeviceDone || e.Result != nil && e.Result.Again {
				return
			}
			if h.Bell && h.Screen.IsTerminal() {
				fmt.Fprint(h.Screen, "\a")
			}
			if h.Notify {
				running.Go(func() { h.notify(*e.Device) })
			}
			if h.Hook != nil {
				running.Go(func() { h.run(run, *e.Device) })
			}
		},
		Learned: running.Wait, // every command has its own deadline
	}
}

func (h Hooks) run(run *Run, d report.Device) {
	of := report.Run{ID: run.ID, Started: run.StartedAt, Tool: command.Version(), Redacted: h.Redacted}
	if err := h.Hook.Run(context.Background(), report.Assemble(of, []report.Device{d})); err != nil {
		fmt.Fprintln(h.Screen, "backupdoctor:", err)
	}
}

// notify shows a desktop notification.
func (h Hooks) notify(d report.Device) {
	ctx, stop := context.WithTimeout(context.Background(), noticeFor)
	defer stop()
	title := cmp.Or(d.Name, d.ModelName, d.UDID)
	if d.Slot != "" {
		title = d.Slot + ": " + title
	}
	if err := notify.Send(ctx, h.Environ, title, format.Outcome(report.DeviceInZone(d, time.Local))); err != nil {
		fmt.Fprintln(h.Screen, "backupdoctor: no notice could be shown:", err)
	}
}
