package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A speaker tells of several devices on one stream, a line at a time. Where one kind of
// line floods in, some are left out, and counted.
type speaker struct {
	w       io.Writer
	options format.Options

	mu     sync.Mutex
	voices map[voice]*budget
}

// A voice is one kind of line of one device.
type voice struct {
	label string
	kind  backuplog.Kind
}

// A budget is what may still be said by a voice.
type budget struct {
	second  time.Time
	said    int // in that second
	omitted int
}

// mostASecond is how many lines of a kind anybody can follow.
const mostASecond = 10

// say tells something, whatever else is told. A stream that is closed stops nothing.
func (s *speaker) say(label, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(label, text)
}

// relay tells what a line of a log says, unless too many of its kind come at a time.
func (s *speaker) relay(label string, e backuplog.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.voices[voice{label, e.Kind}]
	if b == nil {
		b = &budget{}
		s.voices[voice{label, e.Kind}] = b
	}
	if second := time.Now().Truncate(time.Second); !second.Equal(b.second) {
		b.second, b.said = second, 0
	}
	if b.said++; b.said > mostASecond {
		b.omitted++
		return
	}
	s.writeOmitted(label, b)
	s.write(label, describe(e))
}

// flush tells how many lines of a device were left out since the last that was not.
func (s *speaker) flush(label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v, b := range s.voices {
		if v.label == label {
			s.writeOmitted(label, b)
		}
	}
}

func (s *speaker) writeOmitted(label string, b *budget) {
	if b.omitted > 0 {
		s.write(label, fmt.Sprintf("(%d lines like these are not shown)", b.omitted))
		b.omitted = 0
	}
}

func (s *speaker) write(label, text string) {
	format.Heard(s.w, time.Now().Format(time.TimeOnly), label, text, s.options)
}

// describe says in words what a line of a log tells.
func describe(e backuplog.Event) string {
	switch e.Kind {
	case backuplog.Failed:
		return describeFailure(e)
	case backuplog.Conditions:
		return "backupd sees: " + describeConditions(e.Conditions)
	default:
		return e.Process + ": " + e.Text
	}
}

// describeFailure names the codes, with the meaning of the first that is known.
func describeFailure(e backuplog.Event) string {
	text := "the backup failed"
	if e.Forced {
		text = "the backup that Setup Assistant forced failed"
	}
	if len(e.Codes) == 0 {
		return text + ", with an error whose code the log hides"
	}
	var names []string
	for _, code := range e.Codes {
		names = append(names, fmt.Sprintf("%s/%d", code.Domain, code.Code))
	}
	text += ": " + strings.Join(names, ", ")
	for _, m := range codes.LookUp(names[0]) {
		if m.InICloud != "" {
			return text + ": " + m.InICloud
		}
	}
	return text
}

// describeConditions lists the conditions that are known.
func describeConditions(c device.Conditions) string {
	var words []string
	for _, condition := range []struct {
		fact    device.Fact[bool]
		yes, no string
	}{
		{c.Enabled, "iCloud Backup on", "iCloud Backup off"},
		{c.Locked, "locked", "not locked"},
		{c.OnPower, "on power", "not on power"},
		{c.OnWiFi, "on Wi-Fi", "not on Wi-Fi"},
	} {
		held, err := condition.fact.Get()
		switch {
		case err != nil:
		case held:
			words = append(words, condition.yes)
		default:
			words = append(words, condition.no)
		}
	}
	return strings.Join(words, ", ")
}

func lostLines(n uint64) string {
	if n == 1 {
		return "1 line of the log could not be read"
	}
	return fmt.Sprintf("%d lines of the log could not be read", n)
}
