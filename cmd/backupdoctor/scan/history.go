package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A Keeper keeps runs in the history of this computer. A history that cannot be opened or
// written is reported, and changes nothing about the run. The first failure is reported at
// once: a run can last all day.
type Keeper struct {
	Env      command.Env
	Screen   *terminal.Screen
	Warn     func(string) // shows a failure where else the run is shown; nil for nowhere
	Outgoing *Outgoing    // what is sent to a hub; nil for nothing
}

// History keeps a run in the history. It must hear of everything before a person does, so that
// what was shown has been kept.
func History(k Keeper) Sink {
	var keeping *keeping
	opened := make(chan struct{}) // closed once keeping is set
	return Sink{
		Begin: func(ctx context.Context, run *Run) error {
			go func() { // while the devices are looked for
				defer close(opened)
				keeping = k.open(context.WithoutCancel(ctx), run)
			}()
			return nil
		},
		Hear: func(e Event) {
			if <-opened; keeping == nil {
				return
			}
			if e.Type == report.RunStart {
				keeping.run.Saw(keeping.before)
			}
			keeping.hear(e)
		},
		Close: func() error {
			if <-opened; keeping != nil {
				keeping.close()
			}
			return nil
		},
	}
}

// keeping is a run on its way into the history.
type keeping struct {
	Keeper
	run      *Run
	store    *ledger.Store
	recorder *ledger.Recorder
	added    chan struct{} // a report was numbered
	stop     func()        // ends the upload
	before   string        // the newest version that was seen in earlier runs; "" if that is not known
	reported string        // the last failure
}

// open opens the history; the result is nil if that fails.
func (k Keeper) open(ctx context.Context, run *Run) *keeping {
	store, err := OpenHistory(ctx, k.Env, k.Screen)
	if err != nil {
		k.failed(err)
		return nil
	}
	kept := ledger.Run{Started: run.StartedAt, Tool: command.Version(), Host: runtime.GOOS, Subject: report.OfDevices}
	keeping := &keeping{Keeper: k, run: run, store: store, recorder: ledger.NewRecorder(store, kept), added: make(chan struct{}, 1), stop: func() {}}
	// Without it nothing more is called the newest than without a history.
	keeping.before, _ = store.NewestVersion(ctx)
	if k.Outgoing != nil {
		keeping.stop = k.Outgoing.Upload(ctx, k.Screen, store, keeping.added)
	}
	return keeping
}

func (k *keeping) hear(e Event) {
	if e.Device != nil && e.Device.Reason == string(device.NotAttached) {
		return // nothing was seen of it
	}
	if k.Outgoing == nil || e.Result == nil {
		k.recorder.Hear(e.Event)
	} else {
		k.recorder.HearAndSend(e.Event, func() (receipt.Item, error) { return k.Outgoing.prepare(k.run, *e.Result) })
		select {
		case k.added <- struct{}{}:
		default: // the uploader has not yet seen the report before
		}
	}
	if k.reported == "" {
		k.report(k.recorder.Err())
	}
}

func (k *keeping) close() {
	k.stop()
	k.report(cmp.Or(k.recorder.Err(), k.recorder.Release(), k.store.Close()))
}

// report reports a failure, but not the same one twice.
func (k *keeping) report(err error) {
	if err != nil && err.Error() != k.reported {
		k.reported = err.Error()
		k.failed(HistoryError(err))
	}
}

func (k Keeper) failed(err error) {
	fmt.Fprintln(k.Screen, "backupdoctor: the history does not have all of this run:", err)
	if k.Warn != nil {
		k.Warn("The history does not have all of this run: " + err.Error())
	}
	if ended, ok := errors.AsType[command.Exit](err); ok && ended.Hint != "" {
		fmt.Fprintln(k.Screen, "hint:", ended.Hint)
	}
}
