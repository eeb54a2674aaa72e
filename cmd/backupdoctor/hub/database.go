package hub

import (
	"context"
	"log/slog"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A database is the hub's permanent storage, as the relay sees it.
type database struct {
	log   *slog.Logger
	store *ledger.Store
	site  func(bench string) string // the site of a bench; "" if unknown
}

// Put implements [relay.Store].
func (d *database) Put(ctx context.Context, messages []relay.Message) error {
	var list []ledger.Message
	for _, m := range messages {
		list = append(list, ledger.Message{
			ID: m.ID, Bench: m.Bench, Site: d.site(m.Bench), Received: m.Arrived, Sent: m.Sent, Report: m.Opened, Cut: m.Cut, JSON: m.Report, Number: m.Number, Whole: m.Whole,
		})
	}
	outcome, err := d.store.Put(ctx, list...)
	for _, refused := range outcome.Refused {
		d.log.Warn("a report was set aside", "bench", refused.Bench, "message", refused.ID, "reason", string(refused.Reason))
	}
	return err
}

// SetAside implements [relay.Store].
func (d *database) SetAside(ctx context.Context, r relay.Reject) error {
	return d.store.SetAside(ctx, ledger.Reject{
		Bench: r.Bench, ID: r.ID, Number: r.Number, Reason: string(r.Reason), Why: r.Why, Received: time.Now(), Message: r.Whole,
	})
}

// Sync implements [relay.Store].
func (d *database) Sync(ctx context.Context, bench string, st receipt.Statement) (receipt.Receipt, error) {
	return d.store.Sync(ctx, bench, st, time.Now())
}

// Receipt implements [relay.Store].
func (d *database) Receipt(ctx context.Context, bench, of string) (receipt.Receipt, error) {
	return d.store.Receipt(ctx, bench, of)
}

// A knownDatabase is what a hub's data folder remembers about its database.
type knownDatabase struct {
	Identity string `json:"identity"`
}

const newDatabaseHint = "restore it from a backup, or begin an empty one with --new-database: the benches fill it again"

// checkDatabase stops a hub whose database is missing from creating an empty one in its place.
func (h *hub) checkDatabase() error {
	var known knownDatabase
	if err := readJSON(h.folder.identity(), &known); err != nil {
		return command.Usage("", "%w", err)
	}
	there, err := ledger.IsThere(h.sink)
	if err != nil {
		return command.Usage("", "%w", err)
	}
	if known.Identity != "" && !there && !h.newDatabase {
		return command.Usage(newDatabaseHint, "the database of this hub is gone: %s", h.sink)
	}
	return nil
}

// knowAgain compares the database with the remembered one, and remembers it.
func (h *hub) knowAgain(store *ledger.Store) error {
	var known knownDatabase
	if err := readJSON(h.folder.identity(), &known); err != nil {
		return command.Usage("", "%w", err)
	}
	if known.Identity != "" && known.Identity != store.Identity() && !h.newDatabase {
		return command.Usage(newDatabaseHint, "the database is not the one that this hub had: %s", h.sink)
	}
	if err := writeJSON(h.folder.identity(), knownDatabase{store.Identity()}); err != nil {
		return command.Usage("", "%w", err)
	}
	return nil
}

// verify reads the whole database once while the hub runs. If it is damaged, the store takes nothing
// from then on, and the health of the hub shows that. It returns when ctx ends.
func (h *hub) verify(ctx context.Context, store *ledger.Store) error {
	if err := store.Verify(ctx); err != nil && ctx.Err() == nil {
		h.log.Error("the database could not be verified", "error", err)
	}
	<-ctx.Done()
	return nil
}

// gapsByBench sums what a hub lacks from each bench.
func gapsByBench(gaps []ledger.Gaps) map[string]ledger.Gaps {
	sums := map[string]ledger.Gaps{}
	for _, g := range gaps {
		sum := sums[g.Bench]
		sum.Waiting, sum.SetAside, sum.Lost = sum.Waiting+g.Waiting, sum.SetAside+g.SetAside, sum.Lost+g.Lost
		sums[g.Bench] = sum
	}
	return sums
}
