package scan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
)

// A copyBoard shows the progress of all copies: in the status line of a terminal, or else on
// one line for each copy, once a minute.
type copyBoard struct {
	screen *terminal.Screen
	mu     sync.Mutex
	rows   map[int]string
	said   map[int]time.Time
}

func newCopyBoard(screen *terminal.Screen) *copyBoard {
	return &copyBoard{screen: screen, rows: map[int]string{}, said: map[int]time.Time{}}
}

// set sets the text for a device; "" clears it. news marks a text that is always printed.
func (b *copyBoard) set(number int, text string, news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[number] = text
	if text == "" {
		delete(b.rows, number)
	}
	if b.screen.IsTerminal() {
		var all []string
		for _, n := range slices.Sorted(maps.Keys(b.rows)) {
			all = append(all, b.rows[n])
		}
		b.screen.Status(strings.Join(all, "   "))
		return
	}
	if now := time.Now(); text != "" && (news || now.Sub(b.said[number]) >= time.Minute) {
		b.said[number] = now
		fmt.Fprintln(b.screen, text)
	}
}

// A copyProgress follows one copy and always says what it is waiting for.
type copyProgress struct {
	*copying
	done     chan struct{}
	ticking  sync.WaitGroup
	mu       sync.Mutex
	progress mobilebackup.Progress
	since    time.Time // start of the phase
	prompted bool      // the device is asking for its passcode
	locked   bool
	began    time.Time // when files began to arrive
}

func newCopyProgress(c *copying) *copyProgress {
	p := &copyProgress{copying: c, done: make(chan struct{}), since: time.Now(), progress: mobilebackup.Progress{Phase: mobilebackup.Asking}}
	c.tellPhase(p.progress)
	p.show(true)
	p.ticking.Go(func() {
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				p.show(false)
			case <-p.done:
				return
			}
		}
	})
	return p
}

func (p *copyProgress) close() {
	close(p.done)
	p.ticking.Wait()
	p.board.set(p.number, "", false)
}

// hear handles an event of the session.
func (p *copyProgress) hear(e usb.BackupEvent) {
	p.mu.Lock()
	news := false
	switch {
	case e.Progress != nil:
		news = e.Progress.Phase != p.progress.Phase
		if news { // a prompt has been answered by then, even if the notification is late
			p.since, p.prompted = time.Now(), false
		}
		if p.began.IsZero() && e.Progress.Phase == mobilebackup.Sending {
			p.began = time.Now()
		}
		p.progress = *e.Progress
		p.locked = false
	case e.Prompt != nil:
		p.prompted, p.since, news = *e.Prompt, time.Now(), true
	case e.Locked:
		news = !p.locked
		p.locked = true
	}
	progress := p.progress
	p.mu.Unlock()
	if news {
		p.tellPhase(progress)
		p.show(true)
	}
}

// tellPhase sends an event for a phase.
func (c *copying) tellPhase(p mobilebackup.Progress) {
	c.run.tellCopied(c.number, c.snapshot, string(p.Phase), &report.Copied{Files: p.Files, Bytes: uint64(p.Bytes), Fraction: p.Fraction})
}

func (p *copyProgress) show(news bool) {
	p.mu.Lock()
	text := p.textLocked(time.Now())
	p.mu.Unlock()
	p.board.set(p.number, text, news)
}

// textLocked returns the status line of a device. p.mu must be held.
func (p *copyProgress) textLocked(now time.Time) string {
	waited := stopwatch(now.Sub(p.since))
	switch phase := p.progress.Phase; {
	case p.prompted:
		return fmt.Sprintf("waiting    enter the passcode on %s to allow the backup   %s", p.name(), waited)
	case p.locked:
		return fmt.Sprintf("waiting    unlock %s   %s", p.name(), waited)
	case phase == mobilebackup.Asking:
		return fmt.Sprintf("asking     unlock %s, and enter its passcode when it asks to back up   %s", p.name(), waited)
	case phase == mobilebackup.Looking:
		return fmt.Sprintf("looking    %s compares its files with the last copy   %s", p.name(), waited)
	case phase == mobilebackup.Sending:
		return "receiving  " + p.name() + p.amountLocked(now)
	case phase == mobilebackup.Moving:
		return fmt.Sprintf("moving     %s puts the files in their places   %s", p.name(), waited)
	default:
		return fmt.Sprintf("checking   %s looks whether everything is there   %s", p.name(), waited)
	}
}

// stopwatch formats a duration like a clock: 2:05, or 1:02:05.
func stopwatch(d time.Duration) string {
	seconds := int(d.Seconds())
	if hours := seconds / 3600; hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// amountLocked returns the amount received, the rate, and the time left according to the
// device's own progress. p.mu must be held.
func (p *copyProgress) amountLocked(now time.Time) string {
	text := fmt.Sprintf("  %s · %s files", words.Size(uint64(p.progress.Bytes)), words.Number(uint64(p.progress.Files)))
	spent := now.Sub(p.began)
	if spent < time.Second {
		return text
	}
	text += fmt.Sprintf(" · %s/s", words.Size(uint64(float64(p.progress.Bytes)/spent.Seconds())))
	if f := p.progress.Fraction; f > 0 {
		bar := int(f * 20)
		text = fmt.Sprintf("  [%s%s] %d %%", strings.Repeat("#", bar), strings.Repeat(".", 20-bar), int(f*100)) + text
		text += fmt.Sprintf(" · %s left", stopwatch(time.Duration(float64(spent)*(1-f)/f)))
	}
	return text
}

// sayPlan prints the plan before anything is done.
func (c *copying) sayPlan(ctx context.Context) {
	c.say("%s", strings.Join(c.title(), " · "))
	if c.failure != nil {
		return
	}
	c.say("  To      %s", c.place())
	c.say("  Last    %s", c.lastCopy())
	live := c.snapshot.Live.ComputerBackup
	encrypted, err := live.WillEncrypt.Get()
	required, _ := live.RequiresEncryption.Get()
	switch {
	case err == nil && encrypted:
		c.say("  Kind    encrypted: a backup password is set on this device")
	case err == nil && required:
		c.say("  Kind    none yet: management demands a backup password, and none is set (see below)")
	case err == nil:
		c.say("  Kind    not encrypted: no backup password is set on this device, so saved passwords, Health\n" +
			"          and Wi-Fi are not in the copy, and anybody who can read this disk can read it")
	default:
		c.say("  Kind    not known: %v", device.GapOf(err))
	}
	c.say("  Never in it: what is in iCloud already (Photos, Messages, Drive)")
	if err == nil && required && !encrypted {
		c.failure = &refusedBackup{mobilebackup.Outcome{Code: 207}}
	}
}

// title describes the device.
func (c *copying) title() []string {
	title := []string{c.name()}
	if model, err := c.snapshot.Device.ModelName.Get(); err == nil {
		title = append(title, model)
	}
	if version, err := c.snapshot.Device.ProductVersion.Get(); err == nil {
		title = append(title, "iOS "+device.Token(version))
	}
	return title
}

// place says where the copy goes and how much room is free.
func (c *copying) place() string {
	free, err := host.FreeBytes(c.Library.Path)
	if err != nil {
		return c.Library.Path + "   (room not known)"
	}
	return fmt.Sprintf("%s   %s free", c.Library.Path, words.Size(free))
}

// lastCopy describes the newest existing copy.
func (c *copying) lastCopy() string {
	copies := c.copiesNow()
	if len(copies) == 0 {
		return "no copy in this library yet, so everything is sent; --plan asks the device how much that is"
	}
	newest := copies[0]
	state := "not proved"
	switch {
	case newest.Proof.Counts():
		state = fmt.Sprintf("proved whole, %s", words.Size(newest.Proof.Proof.StoredBytes))
	case newest.Proof.Broken():
		state = "broken"
	}
	if c.Full {
		state += "; --full: everything is sent again"
	}
	return fmt.Sprintf("%s, %s", day(newest.Made), state)
}

func (c *copying) copiesNow() []library.Copy {
	shelf, err := c.Library.Device(c.snapshot.Device.UDID)
	if err != nil {
		return nil
	}
	defer shelf.Close()
	copies, _ := shelf.Copies()
	return copies
}

// sayBegin says what the new copy starts from.
func (c *copying) sayBegin(p *library.Partial) {
	switch {
	case p.Resumed && p.Dropped > 0:
		c.say("%s: going on with the copy that was interrupted; %s will be sent again", c.name(), words.Count(p.Dropped, "file"))
	case p.Resumed:
		c.say("%s: going on with the copy that was interrupted", c.name())
	case p.Shared == library.SharesNone:
		c.say("%s: this disk cannot share files between copies, so each takes room of its own", c.name())
	}
}

// sayArrived says what was sent.
func (c *copying) sayArrived(o mobilebackup.Outcome) {
	c.say("%s: %s in %s arrived", c.name(), words.Size(uint64(o.Bytes)), words.Count(o.Files, "file"))
	for n, f := range o.Unread {
		if n == 3 {
			c.say("  … and %d more", len(o.Unread)-n)
			break
		}
		c.say("  the device could not read %s: %s", device.Quoted(f.Path), device.Quoted(f.Words))
	}
}

// keptBefore describes the other existing copies.
func (c *copying) keptBefore() string {
	if copies := c.copiesNow(); len(copies) > 1 {
		return fmt.Sprintf("; the copy of %s was kept", day(copies[1].Made))
	}
	return ""
}

// sayEnd prints how the copy ended and what to do next.
func (c *copying) sayEnd() {
	switch {
	case c.failure != nil:
		text, hint := copyFailure(c.failure, c.name())
		c.say("%s: %s", c.name(), text)
		if hint != "" {
			c.say("hint: %s", hint)
		}
	case c.Plan:
	case c.verdict == device.Whole:
		c.say("%s: whole, proved %s%s", c.name(), day(time.Now()), c.keptBefore())
	case c.verdict == device.Broken:
		c.say("%s: the copy is broken; the one before was kept", c.name())
		c.say("hint: backupdoctor backup --full --udid %s has everything sent again", c.attached.UDID)
	default:
		c.say("%s: complete, but not proved; backupdoctor verify with its password proves it later", c.name())
	}
}
