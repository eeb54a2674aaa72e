package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/treat"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/uuid"
)

// Treatment leads a person through the repair of one attached device. What happens is in the
// record of the repair before the next task is shown: the record is part of the device, and
// every event is handed to the sinks of the run.
type Treatment struct {
	Examination
	UDIDs       []string                        // the device to treat, at most one; nil for the only one attached
	By          string                          // who does it; "" if not given
	Answers     []device.Answer                 // what a person has seen
	Library     func() (library.Library, error) // where copies go
	Keep        int                             // proved copies to keep
	Listen      time.Duration                   // maximum time to follow a backup
	Typist      *terminal.Typist
	Printer     *terminal.LogPrinter
	Page        treat.Page
	AskPassword func(ctx context.Context, whose string) (string, error) // for the password of an encrypted copy; nil to never ask
	Every       time.Duration                                           // how often to look whether a step was done
}

// treatLock is the command that holds a device's lock during a treatment.
const treatLock = "treat"

// Learn implements [Source].
func (t Treatment) Learn(ctx context.Context, run *Run) (Learned, error) {
	found, err := t.Client.Discover(ctx, func(usb.Change) {})
	gaps := found.Gaps()
	if err != nil {
		gaps = append([]device.Gap{device.GapOf(err)}, gaps...)
	}
	attached, left := t.leftOut(found.Devices)
	wanted, missing := Choose(t.Labels.bySlot(attached), t.UDIDs)
	learned := func() Learned {
		l := Learned{Recording: run.Recording(append(gaps, stopped(ctx)...)...)}
		l.Recording.LeftOut = leftOutOf(left, t.UDIDs)
		return l
	}
	switch {
	case len(missing) > 0 && len(gaps) == 0:
		return Learned{Recording: run.Recording(), None: notHere(missing...)}, nil
	case len(wanted) > 1:
		return Learned{}, command.Usage("name one with --udid; backupdoctor devices lists them", "%d devices are attached, and one is treated at a time", len(wanted))
	case len(wanted) == 0:
		return learned(), nil
	}
	run.Start(1)
	one := wanted[0]
	if t.Locks != "" {
		lock, err := t.Locks.Acquire(ctx, one.UDID, treatLock, 0)
		if err != nil {
			return Learned{}, command.Usage("", "%w", err)
		}
		defer lock.Release()
		ctx = actlock.With(ctx, lock)
	}
	if t.Pair {
		t.askForTrust(ctx, t.untrusted(ctx, wanted), func(untrustedDevice, error) {})
		one = wanted[0] // pairing may have renumbered it
	}
	w := &walk{Treatment: t, run: run, attached: one, visitor: visitor{Examination: t.Examination, run: run}}
	if err := w.lead(ctx); err != nil {
		return Learned{}, err
	}
	return learned(), nil
}

// A walk is the treatment of one device in progress.
type walk struct {
	Treatment
	visitor  visitor
	run      *Run
	attached usb.Attached

	snapshot device.Snapshot           // as last read in full, with its repair
	judged   report.Device             // the same, judged
	attempts []device.Attempt          // failed iCloud backups of this repair, newest first
	boot     device.Fact[usb.BootMark] // at the last full reading
}

// errStop ends the walk at the person's request.
var errStop = errors.New("stopped")

// lead goes from task to task until the repair is closed, the person stops, or nothing is left.
func (w *walk) lead(ctx context.Context) error {
	before, known := w.run.repairOf(w.attached.UDID)
	w.Page.Rates = w.run.pastRates()
	w.attempts = attemptsOf(before)
	w.read(ctx)
	if !known && !treat.Treatable(w.judged) {
		w.run.Done(0, w.snapshot)
		w.print(w.Page.Opening(w.judged))
		if w.judged.Verdict == string(checks.NotExamined) {
			w.say("it could not be examined: unlock it, check its cable, and run the same command again")
		} else {
			w.say("nothing to treat: %s", checks.Verdict(w.judged.Verdict).Label())
		}
		return nil
	}
	if known {
		w.say("resuming the repair of %s", day(before.StartedAt))
	} else {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		before = treat.Begin(id.String(), w.By, w.judged, time.Now().UTC())
		if _, err := w.snapshot.Live.CloudBackup.Last.Get(); err != nil {
			before.LastBackup = device.Unknown[time.Time](err) // with the date of a record, any that is read later would look new
		}
	}
	if before.By == "" {
		before.By = w.By
	}
	w.keep(before)
	w.print(w.Page.Opening(w.judged))
	for ctx.Err() == nil {
		task := treat.Next(w.repair(), w.judged)
		again, err := w.do(ctx, task)
		switch {
		case errors.Is(err, errStop):
			w.say("stopped; run the same command to resume")
			return nil
		case err != nil || !again:
			return err
		}
	}
	w.say("interrupted; run the same command to resume")
	return nil
}

// do leads through one task, and reports whether there is a next one.
func (w *walk) do(ctx context.Context, task treat.Task) (again bool, err error) {
	switch task.Kind {
	case treat.Done:
		w.print(w.Page.Closing(*w.judged.Repair))
		return false, nil
	case treat.Over:
		w.say("nothing else in the plan: the repair stays open until the device shows a new iCloud backup")
		w.say("hint: backupdoctor treat --open lists the open repairs")
		return false, nil
	}
	w.event(device.RepairEvent{Kind: device.RepairShown, Remedy: task.Step.Remedy})
	w.print(w.Page.Card(task, w.judged))
	if task.Kind == treat.BackUp {
		return w.followBackup(ctx)
	}
	return w.await(ctx, task)
}

// await waits until a step was done, by the person's word or by what the device shows.
func (w *walk) await(ctx context.Context, task treat.Task) (again bool, err error) {
	looking, cancel := context.WithCancel(ctx)
	looks := w.look(looking)
	stop := func() { // the device is read by one reader at a time
		cancel()
		for range looks {
		}
	}
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case l, open := <-looks:
			if !open {
				return true, nil // interrupted
			}
			if gone, seen := treat.Seen(task, w.judged, l.judged, l.change); seen || w.backedUp(l.snapshot) {
				stop()
				w.attached = l.attached
				w.adopt(ctx, l.snapshot)
				if seen {
					w.event(device.RepairEvent{Kind: device.RepairSeen, Remedy: task.Step.Remedy, Gone: gone})
					w.print(w.Page.Gone(task, gone))
				}
				return true, nil
			}
		case typed := <-w.Typist.Line():
			w.Typist.Took()
			if typed.Err != nil {
				return false, errStop
			}
			stop()
			return w.answer(ctx, task, typed.Text)
		}
	}
}

// answer handles what the person typed.
func (w *walk) answer(ctx context.Context, task treat.Task, text string) (again bool, err error) {
	switch {
	case text == "q":
		return false, errStop
	case text == "?":
		w.print(w.Page.Why(task, w.judged))
	case text == "s":
		reason, err := w.ask(ctx, "why is it skipped? ")
		if err != nil {
			return false, err
		}
		if ctx.Err() != nil {
			return true, nil // interrupted instead of an answer: it was not skipped
		}
		w.event(device.RepairEvent{Kind: device.RepairSkipped, Remedy: task.Step.Remedy, Reason: reason})
	case text == "r" && task.Restartable():
		return true, w.restart(ctx, task)
	case task.Locked && text == treat.UnlockWord(w.judged):
		w.event(device.RepairEvent{Kind: device.RepairOverridden, Remedy: task.Step.Remedy})
	case text == "" && (task.Kind == treat.Copy || task.Locked):
		return true, w.copy(ctx)
	case text == "" && task.Kind == treat.Leave:
		w.event(device.RepairEvent{Kind: device.RepairLeft, Remedy: task.Step.Remedy})
	case text == "":
		before, kind := w.judged, device.RepairConfirmed
		change := w.readAfter(ctx)
		gone, seen := treat.Seen(task, before, w.judged, change)
		if seen {
			kind = device.RepairSeen
			w.print(w.Page.Gone(task, gone))
		}
		w.event(device.RepairEvent{Kind: kind, Remedy: task.Step.Remedy, Gone: gone})
		if w.judged.Verdict == string(checks.NotExamined) {
			w.say("it still cannot be read: %s", w.judged.Headline)
		}
	default:
		w.say("%s is not one of the keys", device.Quoted(report.Clean(text)))
	}
	return true, nil
}

// ask asks for one line.
func (w *walk) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(w.Screen, question)
	select {
	case typed := <-w.Typist.Line():
		w.Typist.Took()
		if typed.Err != nil {
			return "", errStop
		}
		return typed.Text[:min(len(typed.Text), device.MaxAnswerText)], nil
	case <-ctx.Done():
		return "", nil
	}
}

// repair returns the record as it is now.
func (w *walk) repair() device.Repair { return *w.snapshot.Repair }

// event adds an event to the record.
func (w *walk) event(e device.RepairEvent) {
	e.At = time.Now().UTC()
	w.keep(w.repair().With(e))
}

// keep hands the device with its record to the sinks. The history has it when keep returns.
func (w *walk) keep(r device.Repair) {
	r = r.Confirmed(w.snapshot)
	w.snapshot.Repair = &r
	w.judged = *w.run.judge.judge(0, w.snapshot).Device
	w.run.Done(0, w.snapshot)
}

func (w *walk) print(text string) { _, _ = io.WriteString(w.Screen, text) }

func (w *walk) say(format string, arguments ...any) {
	w.print(strings.TrimSuffix(fmt.Sprintf(format, arguments...), "\n") + "\n")
}

// attemptsOf returns the failed iCloud backups of a repair that is resumed, newest first, as the
// device's log had told them.
func attemptsOf(r device.Repair) []device.Attempt {
	var list []device.Attempt
	for _, e := range slices.Backward(r.Events) {
		if e.Kind == device.RepairFailed {
			list = append(list, device.Attempt{Source: "os_trace_relay", Outcome: device.AttemptFailed, From: device.Known(e.At), Until: device.Known(e.At), Causes: e.Codes})
		}
	}
	return list
}
