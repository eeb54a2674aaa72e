package scan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
)

// A copyBoard shows the progress of all copies on one line each: in the status of a terminal, or else
// printed once a minute.
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
		b.screen.Status(urgentFirst(b.rows)...)
		return
	}
	if now := time.Now(); text != "" && (news || now.Sub(b.said[number]) >= time.Minute) {
		b.said[number] = now
		fmt.Fprintln(b.screen, text)
	}
}

// urgentFirst returns rows by number, but first those that wait for a person: the others may not fit
// on the screen.
func urgentFirst(rows map[int]string) []string {
	var all []string
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		all = append(all, rows[n])
	}
	rank := func(row string) int {
		switch {
		case strings.HasPrefix(row, "waiting "):
			return 0
		case strings.HasPrefix(row, "asking "):
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return rank(a) - rank(b) })
	return all
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
	p.sayDoing(p.doing())
	p.ticking.Go(func() {
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				p.show(false)
				p.sayDoing(p.doing())
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
	if news {
		p.showLocked(true) // before another event changes it again
	}
	progress := p.progress
	p.mu.Unlock()
	if news {
		p.tellPhase(progress)
	}
}

// tellPhase sends an event for a phase.
func (c *copying) tellPhase(p mobilebackup.Progress) {
	c.run.tellCopied(c.number, c.snapshot, string(p.Phase), &report.Copied{Files: p.Files, Bytes: uint64(p.Bytes), Fraction: p.Fraction})
}

func (p *copyProgress) show(news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.showLocked(news)
}

func (p *copyProgress) showLocked(news bool) {
	p.board.set(p.number, p.textLocked(time.Now()), news)
}

// doing describes the phase, and how far it has come, in few words and without the device's name.
func (p *copyProgress) doing() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch phase := p.progress.Phase; {
	case p.prompted:
		return "waiting for the passcode"
	case p.locked:
		return "waiting for the device to be unlocked"
	case phase == mobilebackup.Sending:
		text := "receiving, " + words.Size(uint64(p.progress.Bytes))
		if f := p.progress.Fraction; f > 0 {
			text += fmt.Sprintf(", %d %%", int(f*100))
		}
		return text
	default:
		return string(phase)
	}
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
		return fmt.Sprintf("looking    %s looks through its files   %s", p.name(), waited)
	case phase == mobilebackup.Sending:
		return "receiving  " + p.name() + p.amountLocked(now)
	case phase == mobilebackup.Moving:
		return fmt.Sprintf("moving     %s moves the files into place   %s", p.name(), waited)
	default:
		return fmt.Sprintf("checking   %s checks that everything is there   %s", p.name(), waited)
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
