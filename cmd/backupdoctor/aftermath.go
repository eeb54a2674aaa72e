package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/notify"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// noticeFor is how long a notice may take to appear.
const noticeFor = 10 * time.Second

// An aftermath is what is done for each finished device of a watch: a command is run, and
// somebody is told. What it starts outlasts the first Ctrl-C, and nothing of it the run.
type aftermath struct {
	surroundings
	hook     *hook.Hook // nil for none
	notify   bool       // tell on the desktop
	bell     bool       // ring the terminal's bell
	redacted bool
	began    time.Time
	running  sync.WaitGroup
}

// hear does what is to be done for a device that is finished.
func (a *aftermath) hear(e report.Event) {
	if e.Type != report.DeviceDone {
		return
	}
	if _, terminal := terminalOf(a.stderr); terminal && a.bell && !a.notify {
		fmt.Fprint(a.stderr, "\a")
	}
	if a.notify {
		a.running.Go(func() { a.tell(*e.Device) })
	}
	if a.hook != nil {
		run := report.Run{ID: e.Run, Started: a.began, Tool: version(), Redacted: a.redacted, Examined: []report.Examined{{Snapshot: device.Snapshot{TakenAt: e.Device.TakenAt}}}}
		of := report.Assemble(run, []report.Device{*e.Device})
		a.running.Go(func() {
			if err := a.hook.Run(context.Background(), of); err != nil {
				fmt.Fprintln(a.stderr, "backupdoctor:", err)
			}
		})
	}
}

// tell shows a notice on the desktop.
func (a *aftermath) tell(d report.Device) {
	ctx, stop := context.WithTimeout(context.Background(), noticeFor)
	defer stop()
	title := cmp.Or(d.Name, d.ModelName, d.UDID)
	if d.Slot != "" {
		title = d.Slot + ": " + title
	}
	if err := notify.Send(ctx, a.environForPrograms(), title, format.Outcome(d)); err != nil {
		fmt.Fprintln(a.stderr, "backupdoctor: no notice could be shown:", err)
	}
}

// wait returns when all that was started has ended. Every command has its own deadline.
func (a *aftermath) wait() { a.running.Wait() }
