package hub

import (
	"cmp"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/dustin/go-humanize"
)

// A mark is a symbol for a state.
type mark string

const (
	wellMark    mark = "✓"
	failingMark mark = "✗"
	warningMark mark = "!"
	unknownMark mark = "?"
)

// A state is the state of one thing, with the evidence.
type state struct {
	mark mark
	text string
}

func (s state) String() string { return string(s.mark) + " " + s.text }

// stateOf returns the state of a bench.
func (e env) stateOf(r report.HubBench, now time.Time) state {
	s := e.linkOf(r, now)
	if r.Received == nil || s.mark == failingMark {
		return s
	}
	if clock := r.Received.ClockWords(); clock != "" {
		return state{warningMark, s.text + "; " + clock}
	}
	return s
}

func (e env) linkOf(r report.HubBench, now time.Time) state {
	switch r.State {
	case "linked":
		text := "connected"
		if r.Waiting > 0 {
			text += ", " + words.Count(int(r.Waiting), "report") + " on the way"
			if r.InStream >= relay.Share {
				text += fmt.Sprintf("; its share of the stream, %d reports, is full, and the others wait at the bench", relay.Share)
			}
			return state{warningMark, text}
		}
		if r.Received == nil {
			return state{wellMark, text + ", no report yet"}
		}
		return state{wellMark, text + ", " + words.Count(r.Received.Reports, "report") + " received"}
	case "away":
		if r.AwaySince.IsZero() {
			return state{warningMark, "has never connected: check its address, and that its credentials are the newest"}
		}
		return state{warningMark, "away since " + e.moment(r.AwaySince) + ", " + words.Ago(r.AwaySince, now)}
	case "revoked":
		return state{wellMark, "refused: its credentials were revoked " + words.Ago(r.AddedAt, now)}
	case "foreign":
		return state{unknownMark, "sent reports once; this hub has made no credentials for it"}
	}
	return state{unknownMark, "unknown: the hub is not running"}
}

// moment formats a local time with its zone.
func (e env) moment(t time.Time) string {
	return words.Moment(t.In(cmp.Or(e.Zone, time.UTC)))
}

// stateOfPart returns the state of a part of the hub.
func stateOfPart(p partState, now time.Time) state {
	switch {
	case p.Error == notTried:
		return state{unknownMark, "not tried yet"}
	case p.Error != "":
		return state{failingMark, p.Error}
	case !p.works(now):
		return state{failingMark, "no answer; it last worked " + words.Ago(p.OKAt, now)}
	case p.Part == roomPart:
		return state{wellMark, humanize.Bytes(p.Free) + " free"}
	}
	return state{wellMark, "written and read back " + words.Ago(p.OKAt, now)}
}
