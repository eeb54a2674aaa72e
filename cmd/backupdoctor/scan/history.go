package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A Keeper keeps runs in the history of this computer. If the history cannot be opened or
// written, the Keeper reports the first failure at once, as a run can last all day; the run
// itself goes on.
type Keeper struct {
	Env      command.Env
	Screen   *terminal.Screen
	Warn     func(string) // shows a failure where the run is shown besides the screen; nil for nowhere
	Outgoing *Outgoing    // what to send to a hub; nil for nothing
}

// History keeps a run in the history. It must come before the sinks that show results, so that
// everything shown has been kept.
func History(k Keeper) Sink {
	var keeping *keeping
	opened := make(chan struct{}) // closed once keeping is set
	return Sink{
		Begin: func(ctx context.Context, run *Run) error {
			go func() { // while devices are being discovered
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
				keeping.run.Repairs(keeping.repairs, keeping.openRepair)
				keeping.run.Rates(keeping.rates)
				keeping.run.Sizes(keeping.backupSize)
				keeping.run.Recall(keeping.recall)
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

// keeping is a run being written to the history.
type keeping struct {
	Keeper
	run      *Run
	store    *ledger.Store
	recorder *ledger.Recorder
	added    chan struct{}            // signals that a report was numbered
	stop     func()                   // stops the upload
	before   string                   // newest version seen in earlier runs; "" if unknown
	repairs  map[string]device.Repair // open repairs, by device.UDIDKey
	rates    []report.RemedyRate      // of past repairs; nil if unknown
	reported string                   // the last failure reported
}

// ratesDays is how many days back the repairs count that hints are made from.
const ratesDays = 365

// open opens the history. It returns nil on failure.
func (k Keeper) open(ctx context.Context, run *Run) *keeping {
	store, err := OpenHistory(ctx, k.Env, k.Screen)
	if err != nil {
		k.failed(err)
		return nil
	}
	kept := ledger.Run{Started: run.StartedAt, Tool: command.Version(), Host: runtime.GOOS, Subject: report.OfDevices}
	keeping := &keeping{Keeper: k, run: run, store: store, recorder: ledger.NewRecorder(store, kept), added: make(chan struct{}, 1), stop: func() {}}
	// Without a value, "newest" means the same as without a history.
	keeping.before, _ = store.NewestVersion(ctx)
	past, _ := store.Remedies(ctx, time.Now(), ratesDays) // only hints are made from it
	keeping.rates = past.Remedies
	open, err := store.OpenRepairs(ctx)
	if err != nil {
		k.failed(err)
	}
	keeping.repairs = map[string]device.Repair{}
	for _, known := range open {
		keeping.repairs[device.UDIDKey(known.Device.UDID)] = known.Repair.Facts()
	}
	if k.Outgoing != nil {
		keeping.stop = k.Outgoing.Upload(ctx, k.Screen, store, keeping.added)
	}
	return keeping
}

// openRepair returns the open repair that a device has now. One that cannot be read is none: it
// stays as it is, and the recorder reports faults of the history.
func (k Keeper) openRepair(udid string) (device.Repair, bool) {
	ctx := context.Background()
	store, err := ReadHistory(ctx, k.Env)
	if err != nil {
		return device.Repair{}, false
	}
	defer store.Close()
	open, ok, err := store.OpenRepair(ctx, udid)
	if err != nil || !ok {
		return device.Repair{}, false
	}
	return open.Facts(), true
}

// backupSize returns the size of a full backup that a device gave in an earlier run. One that cannot be
// read is none: nothing but a line of evidence is made from it.
func (k *keeping) backupSize(udid string) (device.SizedBackup, bool) {
	size, ok, err := k.store.BackupSize(context.Background(), udid)
	return size, ok && err == nil
}

func (k *keeping) hear(e Event) {
	if e.Device != nil && e.Device.Reason == string(device.NotAttached) {
		return // nothing was read
	}
	if e.Result == nil {
		k.recorder.Hear(e.Event)
	} else if k.Outgoing == nil {
		e.Result.Stored = k.recorder.Hear(e.Event)
	} else {
		e.Result.Stored = k.recorder.HearAndSend(e.Event, func() (receipt.Item, error) { return k.Outgoing.prepare(k.run, *e.Result) })
		select {
		case k.added <- struct{}{}:
		default: // the uploader has not yet taken the previous signal
		}
	}
	if k.reported == "" {
		k.report(k.recorder.Err())
	}
}

// recallWithin is how long the devices of a run may take to be read from the history.
const recallWithin = time.Minute

// recall passes on the devices of this run that are in the history; see [Run.Recall]. After any
// failure of the history it returns an error, as some may be missing.
func (k *keeping) recall(keep func(report.Device)) error {
	ctx, cancel := context.WithTimeout(context.Background(), recallWithin)
	defer cancel()
	return cmp.Or(k.store.RunDevices(ctx, k.run.ID, keep), k.recorder.Err())
}

func (k *keeping) close() {
	k.stop()
	k.report(cmp.Or(k.recorder.Err(), k.recorder.Release(), k.store.Close()))
}

// report reports a failure, unless it equals the last one.
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
