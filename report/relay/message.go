package relay

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// A Message is one report as it came from a bench.
type Message struct {
	envelope.Envelope               // its Bench is the one whose credentials brought it; its Report, all that the bench wrote
	Opened            report.Report // as much of the report as this version knows
	Discarded         uint64        // reports that the bench has discarded in all, as it says
	Waiting           uint64        // reports that waited at the bench behind this one, as it says
}

// A Sink takes a message for good: it returns nil once it has committed it. The same message
// can come again, by its ID, and must then change nothing. An error that is ErrRefused means
// that this message can never be taken; any other, that the sink cannot take it now. It has
// the time that its context gives, and is called for one message after the other; the nodes of
// a cluster each call their own.
type Sink func(context.Context, Message) error

// ErrRefused is what a sink wraps where the message is at fault, and not the sink. The
// message is set aside.
var ErrRefused = errors.New("the sink refuses the message")
