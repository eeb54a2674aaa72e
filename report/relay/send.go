package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

const (
	window     = Share            // numbers sent beyond the last receipt
	underWay   = 16               // reports published at once
	hubWithin  = 5 * time.Second  // for the next acknowledgement of the stream, even over a slow line
	stallAfter = time.Second      // without a receipt before asking the hub for one
	maxStall   = 20 * time.Second // between two requests
	askEvery   = time.Minute      // even if nothing is overdue: the hub may have lost its database
	fullAfter  = 5 * time.Second  // without progress before a full share is worth telling
)

// sending is the progress of a link with one ledger on the current connection.
type sending struct {
	receipt   receipt.Receipt
	asked     bool  // the hub has replied on this connection
	published int64 // all reports up to this number are in the stream or covered by the receipt
	progress  time.Time
	stall     time.Duration // how long to wait for progress
	moved     time.Time     // when a receipt last covered more
	refused   bool          // the hub's stream had no room for the last report
}

// turn does the pending work for the ledgers of this name. It returns errMore if there is more to
// do immediately.
func (l *link) turn(ctx context.Context) error {
	if again := l.conn.Stats().Reconnects; again != l.reached {
		l.reached, l.sending = again, map[string]*sending{} // unacknowledged reports may be lost
	}
	ledgers, err := l.ledger.Ledgers(ctx)
	if err != nil {
		return err
	}
	more, full := false, false
	defer func() { l.setFull(full) }()
	for _, of := range ledgers {
		if of.Bench != l.set.wiring.Bench {
			continue
		}
		s := l.sending[of.ID]
		if s == nil {
			s = &sending{stall: stallAfter, progress: time.Now(), moved: time.Now(), published: of.Received, receipt: receipt.Receipt{Ledger: of.ID, Through: of.Received, Chain: of.Chain}}
			l.sending[of.ID] = s
		}
		full = full || s.full(of)
		if !s.asked || of.Withdrawn > 0 || of.Closed || s.stalled(of) {
			if err := l.ask(ctx, of, s); err != nil {
				return err
			}
			if of.Closed {
				continue
			}
		}
		sent, err := l.publish(ctx, of, s)
		if err != nil {
			return err
		}
		more = more || sent
	}
	if more {
		return errMore
	}
	return nil
}

// stalled reports whether a receipt is overdue or old.
func (s *sending) stalled(of receipt.Ledger) bool {
	since := time.Since(s.progress)
	return of.Last > s.receipt.Through && since > s.stall || since > askEvery
}

// full reports whether the hub holds as many reports of a ledger as it may, and has not stored any
// of them for a while.
func (s *sending) full(of receipt.Ledger) bool {
	return s.refused || of.Last > s.published && s.published >= s.receipt.Through+window && time.Since(s.moved) > fullAfter
}

// errReplaced is returned after the reports of a ledger were renumbered.
var errReplaced = errors.New("the hub has other reports under the numbers of this bench: they get new ones")

// ask states what this bench has of a ledger, and gets a receipt.
func (l *link) ask(ctx context.Context, of receipt.Ledger, s *sending) error {
	st := receipt.Statement{Ledger: of.ID, Last: of.Last, Closed: of.Closed, Clock: time.Now().UTC()}
	var err error
	if of.Closed {
		for _, missing := range of.Missing {
			st.Lost = append(st.Lost, receipt.Lost{Range: missing})
		}
	} else if st.Lost, err = l.ledger.Gone(ctx, of.ID, receipt.Range{First: s.receipt.Through + 1, Last: of.Last}); err != nil {
		return err
	}
	if of.Withdrawn > 0 {
		st.Withdraw = &receipt.Withdrawn{From: of.Withdrawn}
		if st.Withdraw.Chain, err = l.ledger.ChainBefore(ctx, of.ID, of.Withdrawn); err != nil {
			return err
		}
	}
	request, err := json.Marshal(st)
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	reply, err := l.conn.RequestWithContext(within, l.set.wiring.Ask, request)
	if err != nil {
		return fmt.Errorf("asking for a receipt: %w", err)
	}
	var r receipt.Receipt
	if err := json.Unmarshal(reply.Data, &r); err != nil || r.Ledger != of.ID {
		return errors.New("asking for a receipt: the hub has no answer now")
	}
	if of.Closed {
		return l.ledger.Told(ctx, of.ID, 0)
	}
	if of.Withdrawn > 0 {
		if err := l.ledger.Told(ctx, of.ID, of.Withdrawn); err != nil {
			return err
		}
		s.published = 0
	}
	waited := s.published > r.Through && r.Through == s.receipt.Through
	s.asked, s.progress = true, time.Now()
	if waited {
		s.stall = min(2*s.stall, maxStall)
	}
	if err := l.keep(ctx, r); err != nil {
		return err
	}
	if r.InStream == 0 {
		s.published = r.Through // published reports missing here were lost in transit
	}
	return nil
}

// keep stores a receipt. If the hub has other reports under these numbers, those without a receipt
// get new numbers.
func (l *link) keep(ctx context.Context, r receipt.Receipt) error {
	for more := true; more; {
		select {
		case next := <-l.receipts: // the latest one is enough
			if next.Ledger == r.Ledger {
				r = next
			} else {
				l.keepOne(ctx, next)
			}
		default:
			more = false
		}
	}
	return l.keepOne(ctx, r)
}

func (l *link) keepOne(ctx context.Context, r receipt.Receipt) error {
	s := l.sending[r.Ledger]
	if s == nil || !s.asked {
		return nil // of a replaced ledger, or from before this connection
	}
	ctx, cancel := context.WithTimeout(ctx, databaseWithin)
	defer cancel()
	err := l.ledger.Receive(ctx, r)
	if errors.Is(err, receipt.ErrOtherLedger) {
		l.log.Warn(errReplaced.Error())
		delete(l.sending, r.Ledger)
		return errors.Join(l.ledger.Replace(ctx, r.Ledger))
	}
	if err != nil {
		return err
	}
	if r.Through != s.receipt.Through {
		s.progress, s.stall, s.moved = time.Now(), stallAfter, time.Now()
	}
	s.receipt = r
	s.published = max(s.published, r.Through)
	return nil
}

// publish sends the next reports to the hub's stream, as many as it has room for, and reports
// whether there were any.
func (l *link) publish(ctx context.Context, of receipt.Ledger, s *sending) (bool, error) {
	room := s.receipt.Through + window - s.published
	if room <= 0 || l.sending[of.ID] != s {
		return false, nil
	}
	items, err := l.ledger.Outgoing(ctx, of.ID, s.published, int(min(room, underWay)))
	if err != nil || len(items) == 0 {
		return false, err
	}
	acks := make([]jetstream.PubAckFuture, len(items))
	for i, item := range items {
		if s.receipt.Covers(item.Number.Sequence) {
			continue
		}
		if acks[i], err = l.js.PublishMsgAsync(l.message(item), jetstream.WithExpectStream(reportsStream)); err != nil {
			items = items[:i]
			break
		}
	}
	silence := time.NewTimer(hubWithin)
	defer silence.Stop()
	for i, item := range items {
		if acks[i] != nil {
			select {
			case <-acks[i].Ok():
				silence.Reset(hubWithin)
			case err = <-acks[i].Err():
			case <-silence.C:
				err = errUnacknowledged
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		s.refused = err != nil && strings.Contains(err.Error(), noRoom)
		if err != nil {
			l.js.CleanupPublisher() // do not wait for the other acknowledgements
			return false, fmt.Errorf("sending reports: %w", err)
		}
		s.published = item.Number.Sequence
	}
	return len(items) > 0, err
}

// noRoom is in the error of the stream if it holds as many reports of a bench as it may.
const noRoom = "maximum messages per subject"

// errUnacknowledged is returned if the hub does not acknowledge a report.
var errUnacknowledged = errors.New("the hub does not acknowledge reports")

// message returns a report as a message to the hub. An unreadable report is sent unchanged and set
// aside by the hub, which then knows its number.
func (l *link) message(item receipt.Item) *nats.Msg {
	m := nats.NewMsg(l.set.wiring.Reports)
	e := envelope.Envelope{ID: item.ID, Bench: l.set.wiring.Bench, Tool: l.tool, Cut: item.Cut, Report: item.Report}
	sealed, err := envelope.Seal(e)
	if err != nil {
		l.log.Error("a report cannot be read any more", "report", item.ID, "error", err)
	}
	m.Data = sealed
	for header, value := range map[string]string{
		SchemaHeader: envelope.Schema, BenchHeader: e.Bench, ToolHeader: e.Tool, CutHeader: e.Cut, IDHeader: e.ID,
		SentHeader:   time.Now().UTC().Format(time.RFC3339Nano),
		LedgerHeader: item.Number.Ledger, NumberHeader: strconv.FormatInt(item.Number.Sequence, 10), ChainHeader: item.Number.Chain,
	} {
		if value != "" {
			m.Header.Set(header, value)
		}
	}
	return m
}
