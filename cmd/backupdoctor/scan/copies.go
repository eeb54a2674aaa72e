package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
)

// Copies makes a copy of each attached device in a library, proves it, and then examines the
// device with the evidence from the copy.
type Copies struct {
	Examination
	UDIDs   []string // devices to copy; nil for all
	Library library.Library
	Full    bool // request all files of the device
	Plan    bool // only measure how large the copies would be
	Jobs    int  // devices that send at a time; 0 for the default
	Keep    int  // proved copies to keep for each device
	Silence time.Duration
	Trace   func(udid string, step mobilebackup.Step) // receives the messages of each session; may be nil
}

// usualCopies is the default number of devices that send at a time: they share the hub's one
// cable to the computer.
const usualCopies = 4

// Learn implements [Source]. A device whose copy fails is still examined.
func (c Copies) Learn(ctx context.Context, run *Run) (Learned, error) {
	found, err := c.Client.Discover(ctx, func(usb.Change) {})
	gaps := found.Gaps()
	if err != nil {
		gaps = append([]device.Gap{device.GapOf(err)}, gaps...)
	}
	attached, left := c.leftOut(found.Devices)
	wanted, missing := Choose(c.Labels.bySlot(attached), c.UDIDs)
	if len(wanted)+len(gaps) == 0 && len(missing) > 0 {
		return Learned{Recording: run.Recording(), None: notHere(missing...)}, nil
	}
	run.Start(len(wanted) + len(missing))
	m := c.making(run, wanted)
	m.missing = missing
	m.all(ctx)
	l := Learned{Recording: run.Recording(append(gaps, stopped(ctx)...)...)}
	l.Recording.LeftOut = leftOutOf(left, c.UDIDs)
	l.Effect = report.EffectBackup
	return l, nil
}

// making returns the copies of devices, numbered from 0.
func (c Copies) making(run *Run, wanted []usb.Attached) *making {
	m := &making{Copies: c, visits: visitor{Examination: c.Examination, run: run}}
	board := newCopyBoard(c.Screen)
	for number, a := range wanted {
		m.copies = append(m.copies, &copying{Copies: c, run: run, number: number, attached: a, screen: c.Screen, board: board})
	}
	return m
}

// making is all copies of one run.
type making struct {
	Copies
	visits  visitor
	copies  []*copying
	missing []string // requested devices that are not attached
}

// A copying is one copy in progress.
type copying struct {
	Copies
	run      *Run
	number   int
	attached usb.Attached
	screen   *terminal.Screen
	board    *copyBoard
	snapshot device.Snapshot // as read before the copy
	asking   *sync.Mutex     // held by the one device that is asking its owner
	sending  time.Time       // when the first file began to arrive; zero if none did
	lock     *actlock.Lock   // of the device; nil if there is no place for locks

	failure   error       // why there is no new copy, or why it was not proved; nil if neither
	asked     bool        // the device was asked for a backup
	copy      device.Copy // how it ended, see conclude
	removed   []library.Copy
	withdrawn []library.Copy // whose proof was withdrawn
}

func (m *making) all(ctx context.Context) {
	m.make(ctx)
	for _, c := range m.copies {
		c.sayEnd()
		s := m.read(ctx, m.Client, c.attached)
		if s.Live != nil && c.copy.Verdict == device.CopyMeasured {
			s.Live.ComputerBackup.FullBytes = c.copy.Required
		}
		s.Copy = &c.copy
		m.visits.complete(ctx, c.number, &s, m.fresh(ctx, c.attached.UDID))
		m.visits.run.Done(c.number, s)
	}
	for n, udid := range m.missing {
		s := notAttached(udid)
		s.Copy = m.copyOf(udid, device.NotAttached)
		m.visits.complete(ctx, len(m.copies)+n, &s, m.fresh(ctx, udid))
		m.visits.run.Done(len(m.copies)+n, s)
	}
}

// make makes and proves the copies.
func (m *making) make(ctx context.Context) {
	m.each(func(c *copying) { c.look(ctx) })
	m.Screen.CloseView()
	for _, c := range m.copies {
		c.sayPlan(ctx)
	}
	m.checkRoom()
	asking := new(sync.Mutex)
	for _, c := range m.copies {
		c.asking = asking
		if c.failure == nil && !m.Plan && ctx.Err() == nil {
			c.askPassword(ctx)
		}
	}
	jobs := make(chan struct{}, cmp.Or(m.Jobs, usualCopies))
	m.each(func(c *copying) {
		jobs <- struct{}{}
		defer func() { <-jobs }()
		if ctx.Err() != nil {
			c.failure = cmp.Or(c.failure, error(device.Interrupted))
		}
		if c.failure == nil {
			c.make(ctx)
		}
	})
	for _, c := range m.copies {
		c.conclude()
	}
}

// fresh returns the backups of a device, including the new copy.
func (m *making) fresh(ctx context.Context, udid string) BackupSet {
	return m.backupsOf(ctx, nil, []string{udid})
}

func (m *making) each(do func(*copying)) {
	var all sync.WaitGroup
	for _, c := range m.copies {
		all.Go(func() { do(c) })
	}
	all.Wait()
}

// look reads what the plan needs.
func (c *copying) look(ctx context.Context) {
	c.run.Tell(c.number, report.DeviceAttached, c.Labels.labelled(c.attached), report.Waiting)
	c.run.Tell(c.number, report.DeviceState, c.Labels.labelled(c.attached), report.Reading)
	c.snapshot = c.read(ctx, c.Client, c.attached)
	c.Labels.label(&c.snapshot)
	identify(&c.snapshot, c.Table)
	c.copy = c.copyBefore()
	if _, err := c.snapshot.Live.Trusted.Get(); err != nil {
		c.failure = err
	} else if c.snapshot.Live.Ended.Reason != "" {
		c.failure = c.snapshot.Live.Ended
	}
}

// tell sends the progress of the copy.
func (c *copying) tell(state string) {
	c.run.Tell(c.number, report.DeviceState, c.snapshot, state)
}

// sayDoing tells other commands, such as a bench, what the copy is doing. It is only for people,
// so a failure does not matter.
func (c *copying) sayDoing(doing string) {
	if c.lock != nil {
		_ = c.lock.Say(doing)
	}
}

// name returns the device's slot and name for display.
func (c *copying) name() string {
	return strings.TrimSpace(c.snapshot.Labels.Slot + " " + quotedOwner(device.Backup{Device: c.snapshot.Device}))
}

// say prints a line about the device.
func (c *copying) say(format string, arguments ...any) {
	fmt.Fprintf(c.screen, format+"\n", arguments...)
}

// make makes and proves the copy.
func (c *copying) make(ctx context.Context) {
	if c.Locks != "" {
		lock, err := c.Locks.Acquire(ctx, c.attached.UDID, "backup", c.Client.Over(c.attached.Connection).Limit())
		if err != nil {
			c.failure = explained(err, string(c.Locks))
			return
		}
		defer lock.Release()
		c.lock = lock
	}
	if c.Plan {
		c.failure = c.probe(ctx)
		return
	}
	shelf, err := c.Library.Change(c.snapshot.Device.UDID)
	if err != nil {
		c.failure = explained(err, c.Library.Path)
		return
	}
	defer shelf.Close()
	copied, err := c.receive(ctx, shelf)
	if err != nil {
		c.failure = err
		return
	}
	c.failure = explained(c.prove(ctx, shelf, copied), c.Library.Path)
}

// receive has the device write its backup into the library.
func (c *copying) receive(ctx context.Context, shelf *library.Device) (library.Copy, error) {
	preparing := func(files int) {
		c.board.set(c.number, fmt.Sprintf("preparing  %s: %s", c.name(), words.Count(files, "file")), false)
	}
	partial, err := shelf.Begin(ctx, c.Full, preparing)
	c.board.set(c.number, "", false)
	if err != nil {
		return library.Copy{}, explained(err, c.Library.Path)
	}
	defer partial.Close()
	c.copy.Resumed = partial.Resumed
	c.sayBegin(partial)
	if err := c.checkLeast(); err != nil {
		return library.Copy{}, explained(err, c.Library.Path)
	}
	folder, err := mobilebackup.OpenFolder(partial.Path)
	if err != nil {
		return library.Copy{}, explained(err, c.Library.Path)
	}
	folder.Free = func() (uint64, error) { return host.FreeBytes(partial.Path) }
	lists := listsOf(ctx, partial.Path, shelf.UDID)
	var again uint64 // bytes of files that an interrupted run had received, too
	folder.Kept = func(files []mobilebackup.Arrival) error {
		lists.note(files)
		for _, f := range files {
			if f.Again {
				again += uint64(f.Size)
			}
		}
		return partial.Keep(receivedOf(files, time.Now()))
	}
	result, err := c.session(ctx, usb.Backup{Folder: folder, Full: c.Full})
	errDisk := folder.Close()
	unread := c.unreadBy(ctx, shelf, result.Outcome)
	c.note(result, err, unread)
	if dropped, ok := partial.SentAgain(); ok && c.asked {
		c.copy.BytesAgain = device.Known(again + uint64(dropped))
	}
	errDisk = cmp.Or(errDisk, partial.AddNotSent(unread))
	if err == nil && result.Code != 0 {
		err = &refusedBackup{result.Outcome}
	}
	if err != nil {
		errDisk = cmp.Or(folder.DiskError(), errDisk) // it also ended because of that
	}
	if errDisk != nil && ctx.Err() == nil && !errors.Is(err, mobilebackup.ErrPath) {
		err = explained(errDisk, c.Library.Path)
	}
	if err == nil {
		err = lists.finished(ctx)
	}
	if err != nil {
		if _, gone := os.Lstat(partial.Path); gone != nil && ctx.Err() == nil { // the device was told, and says less
			err = explained(gone, c.Library.Path)
		}
		return library.Copy{}, err
	}
	c.sayArrived()
	ended := time.Now()
	copied, err := partial.Finish(result.Info, ended)
	if err == nil {
		c.copy.Folder, c.copy.Date = copied.Folder, copied.Made
		if !c.sending.IsZero() { // --plan tells no time without it, and nothing else is lost
			_ = library.SaveTransfer(copied.Folder, library.Transfer{Bytes: result.Bytes, Seconds: ended.Sub(c.sending).Seconds()})
		}
	}
	return copied, explained(err, c.Library.Path)
}

// session runs the backup session with the device.
func (c *copying) session(ctx context.Context, b usb.Backup) (usb.BackupResult, error) {
	c.asking.Lock() // one device at a time asks its owner
	free := sync.OnceFunc(c.asking.Unlock)
	defer free()
	show := newCopyProgress(c)
	defer show.close()
	b.Silence, b.Tell = c.Silence, func(e usb.BackupEvent) {
		show.hear(e)
		if e.Progress != nil && e.Progress.Phase == mobilebackup.Sending && c.sending.IsZero() {
			c.sending = time.Now()
		}
		if e.Progress != nil && e.Progress.Phase != mobilebackup.Asking {
			free()
		}
	}
	if c.Trace != nil {
		b.Trace = func(s mobilebackup.Step) { c.Trace(c.attached.UDID, s) }
	}
	return c.Client.Backup(ctx, c.attached, b)
}
