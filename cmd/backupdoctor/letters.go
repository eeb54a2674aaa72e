package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/backupdoctor/backupdoctor/report/stream/envelope"
	"github.com/backupdoctor/backupdoctor/report/stream/outbox"
)

// Letters are what leaves this computer of each device that is finished: all that was found
// on it, and of what tells whose it is only what was chosen. Its UDID always leaves: by it a
// device is known again at another bench.
type letters struct {
	names, serials, assets bool // these leave too

	carry func(context.Context, surroundings, *history.Store) (stop func()) // takes letters out of the outbox, and brings them away
	added chan struct{}                                                     // something is new in the outbox

	mu    sync.Mutex
	ready map[string]report.Device // written, and not in the outbox yet; by UDID
}

func newLetters() *letters {
	return &letters{added: make(chan struct{}, 1), ready: map[string]report.Device{}}
}

// write makes the letter of a device that is about to be told of.
func (l *letters) write(s device.Snapshot, examine func(s, shown device.Snapshot) report.Examined) {
	found := report.NewDevice(examine(s, l.leaving(s)))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready[s.Device.UDID] = found
}

// leaving is a snapshot without what is to stay here.
func (l *letters) leaving(s device.Snapshot) device.Snapshot {
	redacted := device.Redact(s, 1)
	redacted.Device.UDID = s.Device.UDID
	redacted.Device.Name, redacted.Device.Serial, redacted.Labels.Asset = device.Fact[string]{}, device.Fact[string]{}, nil
	if l.names {
		redacted.Device.Name = s.Device.Name
	}
	if l.serials {
		redacted.Device.Serial = s.Device.Serial
	}
	if l.assets {
		redacted.Labels.Asset = s.Labels.Asset
	}
	return redacted
}

// item is the letter of the device that an event tells of. began is when the run did.
func (l *letters) item(e report.Event, began time.Time) (outbox.Item, error) {
	l.mu.Lock()
	d, written := l.ready[e.UDID]
	delete(l.ready, e.UDID)
	l.mu.Unlock()
	if !written {
		return outbox.Item{}, fmt.Errorf("there is no letter of device %s", e.UDID)
	}
	of := report.Run{
		ID: e.Run, Started: began, Tool: version(), Redacted: !l.assets, // as far as the inventory goes
		Examined: []report.Examined{{Snapshot: device.Snapshot{TakenAt: d.TakenAt}}},
	}
	packed, cut, err := envelope.Pack(report.Assemble(of, []report.Device{d}))
	if err != nil {
		return outbox.Item{}, err
	}
	id, err := envelope.NewID()
	return outbox.Item{ID: id, Cut: cut, Report: packed}, err
}

// posted tells the carrier that something is new in the outbox.
func (l *letters) posted() {
	select {
	case l.added <- struct{}{}:
	default: // it knows already
	}
}
