package backuplog

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Log groups the lines of one log into attempts. Its size is bounded, however long the
// log is.
type Log struct {
	source, origin string
	from           time.Time
	attempts       []device.Attempt // oldest first; the last is the current one
	begun          bool             // saw the first line of the current attempt
	pid            string           // PID of backupd in its last line
	timeMachine    uint64           // number of Time Machine lines
}

const (
	maxAttempts = 32 // the newest are kept
	maxLines    = 64 // per attempt; the newest are kept

	// aftermath is how long backupd still logs about an attempt after its end.
	aftermath = time.Minute
)

// New returns an empty log. source and origin are those of [device.Attempt]; from is when
// listening began, or zero for a file.
func New(source, origin string, from time.Time) *Log {
	l := &Log{source: source, origin: origin, from: from}
	l.begin(from)
	return l
}

// begin starts a new attempt.
func (l *Log) begin(at time.Time) {
	l.begun = false
	l.attempts = append(l.attempts, device.Attempt{Source: l.source, Origin: l.origin, Outcome: device.AttemptUnseen, From: moment(at)})
	if len(l.attempts) > maxAttempts {
		l.attempts = slices.Delete(l.attempts, 0, 1)
	}
}

func (l *Log) current() *device.Attempt { return &l.attempts[len(l.attempts)-1] }

// Follow sets the source of the lines that follow.
func (l *Log) Follow(source string) {
	l.source = source
	l.current().Source = source
}

// Add adds a line and returns its event; ok is false if the line is not relevant. Only
// lines of processes accepted by [Concerns] are counted.
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

// isOurs reports whether a crash report is about the backupd that wrote the previous lines.
// The daemon that makes backups to computers is reported under the same name.
func (l *Log) isOurs(report Event) bool {
	number := crashed().FindStringSubmatch(report.Text)
	return l.pid != "" && number != nil && number[1] == l.pid
}

// TimeMachine returns the number of Time Machine lines, which are not counted as heard.
func (l *Log) TimeMachine() uint64 { return l.timeMachine }

// turn starts a new attempt if the event does not belong to the current one, and updates
// the outcome of the current one.
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

// echoes reports whether an event still belongs to the attempt that has ended: backupd
// reports a failure more than once, and logs its cleanup. In a log without times, anything
// but a different failure or a new start belongs to it.
func (l *Log) echoes(e Event) bool {
	a := l.current()
	end, err := a.Until.Get()
	if err != nil || e.At.IsZero() {
		return e.Kind != Failed && !e.Begins || slices.Equal(e.Codes, a.Causes)
	}
	return !e.Begins && e.At.Sub(end) < aftermath
}

// keep records the facts of an event.
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

// newer replaces a fact unless by is zero.
func newer[T any](fact *device.Fact[T], by device.Fact[T]) {
	if !by.IsZero() {
		*fact = by
	}
}

// Lose counts lines that could not be read.
func (l *Log) Lose(lines uint64) { l.current().Lost += lines }

// Succeed marks the current attempt as successful. at is the device's new date of its last
// good backup. It does not come from the log, because no log line of a success is known.
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

// Ended reports whether the current attempt has ended, successfully or not.
func (l *Log) Ended() bool { return ended(*l.current()) }

func ended(a device.Attempt) bool {
	return a.Outcome == device.AttemptFailed || a.Outcome == device.AttemptSucceeded
}

// Attempts returns the attempts in the log, newest first. There is always at least one,
// whose outcome is AttemptUnseen if the log has none. until is when listening ended, or
// when the file was last written; no line is later.
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

// moment returns a known time, or Absent for the zero time.
func moment(at time.Time) device.Fact[time.Time] {
	if at.IsZero() {
		return device.Unknown[time.Time](device.Absent)
	}
	return device.Known(at.UTC())
}
