package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// answering is how many statements are answered at once, one per bench. When a hub comes back, the
// whole fleet asks at once; benches over the limit wait and ask again.
const answering = 256

// errStatement is returned for a statement that no bench would send.
var errStatement = errors.New("the statement of a bench cannot be read")

// answer answers the statements of benches with receipts until stop is called. The nodes of a
// cluster share the work.
func (r receiver) answer() (stop func(), err error) {
	var mu sync.Mutex
	asking := map[string]bool{}
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	subscription, err := r.conn.QueueSubscribe(credentials.Asks+"*", "hub", func(m *nats.Msg) {
		bench := benchOf(m.Subject, credentials.Asks)
		mu.Lock()
		busy := asking[bench] || len(asking) >= answering
		if !busy {
			asking[bench] = true
		}
		mu.Unlock()
		if busy {
			m.Respond(nil) // the bench asks again
			return
		}
		running.Go(func() {
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				delete(asking, bench)
			}()
			text, err := r.receiptFor(ctx, bench, m.Data)
			if err != nil && ctx.Err() == nil {
				r.log.Warn("a bench gets no receipt now", "bench", bench, "error", err)
			}
			m.Respond(text)
		})
	})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("listening to benches: %w", err)
	}
	return func() {
		subscription.Unsubscribe()
		cancel()
		running.Wait()
	}, nil
}

// receiptFor returns the receipt for a statement, as JSON.
func (r receiver) receiptFor(ctx context.Context, bench string, statement []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	var st receipt.Statement
	if len(statement) > maxReceipt || json.Unmarshal(statement, &st) != nil || !st.Valid() || !envelope.ValidBench(bench) {
		return nil, errStatement
	}
	// The stream comes first: a report that has left it is in the database or lost.
	waiting, err := inStream(ctx, r.js, bench)
	if err != nil {
		return nil, err
	}
	is, err := r.store.Sync(ctx, bench, st)
	if err != nil {
		return nil, err
	}
	is.InStream, is.Clock = waiting, time.Now().UTC()
	return json.Marshal(is)
}
