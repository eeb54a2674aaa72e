package backuplog

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Log adds the lines of one log up to the attempts that they tell of. It keeps a bounded
// part of what it is given, however long the log is.
type Log struct {
	source, origin string
	from           time.Time
	attempts       []device.Attempt // oldest first; the last is the current one
	begun          bool             // the first line of the current attempt was seen
	pid            string           // of backupd, by its last line
	timeMachine    uint64           // lines of a Mac's own backupd
}

const (
	maxAttempts = 32 // the newest are kept
	maxLines    = 64 // of an attempt; the newest are kept

	// aftermath is how long after its end backupd still writes of an attempt.
	aftermath = time.Minute
)

// New begins a log. source and origin are those of [device.Attempt]; from is when listening
// began, or zero for a file.
func New(source, origin string, from time.Time) *Log {
	l := &Log{source: source, origin: origin, from: from}
	l.begin(from)
	return l
}

// begin makes a new attempt the current one.
func (l *Log) begin(at time.Time) {
	l.begun = false
	l.attempts = append(l.attempts, device.Attempt{Source: l.source, Origin: l.origin, Outcome: device.AttemptUnseen, From: moment(at)})
	if len(l.attempts) > maxAttempts {
		l.attempts = slices.Delete(l.attempts, 0, 1)
	}
}

func (l *Log) current() *device.Attempt { return &l.attempts[len(l.attempts)-1] }

// Follow names the source that lines come from, from now on.
func (l *Log) Follow(source string) {
	l.source = source
	l.current().Source = source
}

// Add takes in one line, and returns what it tells; ok is false if it tells nothing. Only
// lines of processes that [Concerns] names are counted.
func (l *Log) Add(line Line) (event Event, ok bool) {
	if !Concerns(line.Process) {
		return Event{}, false
	}
	if OfTimeMachine(line) {
		l.timeMachine++
		return Event{}, false
	}
	event, ok = Understand(line)
	switch event.Process {
	case backupd:
		l.pid = line.PID
	case reporter:
		if ok = ok && l.isOurs(event); !ok {
			return Event{}, false
		}
	}
	if ok {
		l.turn(event)
	}
	a := l.current()
	a.Heard++
	if !ok {
		return Event{}, false
	}
	l.keep(event)
	return event, true
}

// isOurs is true of the report of a crash if it is of the backupd that wrote the lines before:
// the daemon that makes backups to computers is reported under the same name.
func (l *Log) isOurs(report Event) bool {
	number := crashed().FindStringSubmatch(report.Text)
	return l.pid != "" && number != nil && number[1] == l.pid
}

// TimeMachine is how many lines were those of a Mac's own backupd, which are not counted.
func (l *Log) TimeMachine() uint64 { return l.timeMachine }

// turn begins a new attempt if the event is not of the current one, and lets the current
// one begin or end.
func (l *Log) turn(e Event) {
	if e.Kind != Failed && e.Kind != Working && e.Kind != Died && !e.OfAttempt {
		return
	}
	if a := l.current(); ended(*a) && !l.echoes(e) || e.Begins && l.begun {
		l.begin(e.At)
	}
	l.begun = l.begun || e.Begins
	a := l.current()
	a.KeysLacked = a.KeysLacked || e.KeysLacked
	if a.Outcome == device.AttemptUnseen {
		a.Outcome, a.From = device.AttemptUnended, moment(e.At)
	}
	if e.Kind != Failed && e.Kind != Died || a.Outcome == device.AttemptSucceeded {
		return
	}
	if a.Outcome != device.AttemptFailed {
		a.Outcome, a.Until = device.AttemptFailed, moment(e.At)
	}
	a.Forced, a.Died = a.Forced || e.Forced, a.Died || e.Kind == Died
	if e.CalledOff != "" {
		a.CalledOff = e.CalledOff
	}
	for _, cause := range e.Codes {
		if !slices.Contains(a.Causes, cause) && len(a.Causes) < maxCodes {
			a.Causes = append(a.Causes, cause)
		}
	}
}

// echoes is true of an event that still belongs to the attempt that has ended: backupd says
// of one failure more than once, and clears up afterwards. Where the log has no times, all
// but another failure does.
func (l *Log) echoes(e Event) bool {
	a := l.current()
	end, err := a.Until.Get()
	if err != nil || e.At.IsZero() {
		return e.Kind != Failed && !e.Begins || slices.Equal(e.Codes, a.Causes)
	}
	return !e.Begins && e.At.Sub(end) < aftermath
}

// keep takes over what an event tells.
func (l *Log) keep(e Event) {
	a := l.current()
	if e.Kind == Conditions {
		a.Conditions = device.Known(e.Conditions)
	}
	newer(&a.FailureCount, e.FailureCount)
	newer(&a.PolicyForbids, e.PolicyForbids)
	newer(&a.Page.Network, e.Page.Network)
	newer(&a.Page.NetworkSuits, e.Page.NetworkSuits)
	newer(&a.Page.PolicyForbids, e.Page.PolicyForbids)
	newer(&a.Page.DemoMode, e.Page.DemoMode)
	newer(&a.Page.RestoreRunning, e.Page.RestoreRunning)
	newer(&a.Page.ButtonEnabled, e.Page.ButtonEnabled)
	if e.Page.ErrorOnPage != nil {
		a.Page.ErrorOnPage = e.Page.ErrorOnPage
	}
	if len(a.Lines) == maxLines {
		a.Lines = slices.Delete(a.Lines, 0, 1)
	}
	a.Lines = append(a.Lines, device.LogLine{At: e.At, Process: e.Process, Text: e.Text})
}

// newer replaces a fact by one that is known.
func newer[T any](fact *device.Fact[T], by device.Fact[T]) {
	if !by.IsZero() {
		*fact = by
	}
}

// Lose counts lines that could not be read.
func (l *Log) Lose(lines uint64) { l.current().Lost += lines }

// Succeed ends the current attempt well: at is the device's new date of its last good
// backup. A log alone cannot tell, because no line of a success is known.
func (l *Log) Succeed(at time.Time) {
	a := l.current()
	if a.Outcome == device.AttemptFailed {
		if end, err := a.Until.Get(); err == nil && !at.After(end) {
			return
		}
		l.begin(at)
		a = l.current()
	}
	a.Outcome, a.Until = device.AttemptSucceeded, moment(at)
}

// Ended reports whether an attempt has ended, well or badly.
func (l *Log) Ended() bool { return ended(*l.current()) }

func ended(a device.Attempt) bool {
	return a.Outcome == device.AttemptFailed || a.Outcome == device.AttemptSucceeded
}

// Attempts is what the log told, newest first: always at least one, which was not seen if
// the log told of none. until is when listening ended, or when the file was last written:
// nothing in it is younger.
func (l *Log) Attempts(until time.Time) []device.Attempt {
	list := slices.Clone(l.attempts)
	for i, a := range list {
		if _, err := a.Until.Get(); err == nil {
			continue
		}
		list[i].Until = moment(until)
		if n := len(a.Lines); l.from.IsZero() && n > 0 && !a.Lines[n-1].At.IsZero() {
			list[i].Until = moment(a.Lines[n-1].At)
		}
	}
	slices.Reverse(list)
	return list
}

// moment is a time, or unknown if it is zero.
func moment(at time.Time) device.Fact[time.Time] {
	if at.IsZero() {
		return device.Unknown[time.Time](device.Absent)
	}
	return device.Known(at.UTC())
}
