package hub

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

const aDay = 24 * time.Hour

// A source answers questions about a fleet: a database, or the pages of a hub.
type source interface {
	devices(context.Context, filter) iter.Seq2[ledger.Device, error]
	find(ctx context.Context, who string) iter.Seq2[ledger.Device, error] // by ID or serial number
	changes(context.Context, changeFilter, ledger.Change) iter.Seq2[report.FleetChange, error]
	visits(ctx context.Context, id string) iter.Seq2[report.Visit, error] // newest first
	remedies(ctx context.Context, days int) iter.Seq2[report.RemedyRate, error]
	close() error
}

// sourceOf reads sourceFlags.
func (e env) sourceOf(ctx *cli.Context) (source, error) {
	from := given(ctx, "from")
	if u, err := url.Parse(from); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		return e.pagesOf(ctx, u)
	}
	if from == "" {
		data, err := e.dataOf(ctx)
		if err != nil {
			return nil, err
		}
		from = data.sink
	}
	path, isFile := strings.CutPrefix(from, "sqlite:")
	if !isFile {
		if err := checkSink(from); err != nil {
			return nil, err
		}
	}
	within, cancel := context.WithTimeout(ctx.Context, databaseWithin)
	defer cancel()
	store, err := ledger.OpenToRead(within, from)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, command.Usage("name another with --from or --data", "no hub keeps reports in %s", path)
	case err != nil:
		return nil, command.Usage("", "%w", err)
	}
	return fleetDatabase{store}, nil
}

// A fleetDatabase is a source that reads the database directly.
type fleetDatabase struct{ store *ledger.Store }

func (d fleetDatabase) close() error { return d.store.Close() }

func (d fleetDatabase) devices(ctx context.Context, q filter) iter.Seq2[ledger.Device, error] {
	f := q.Filter
	if q.Days > 0 {
		f.BackupBefore = time.Now().Add(-time.Duration(q.Days) * aDay)
	}
	return ledger.All(func(p ledger.Page) (ledger.List[ledger.Device], error) { return d.store.Devices(ctx, f, q.Sort, p) })
}

func (d fleetDatabase) find(ctx context.Context, who string) iter.Seq2[ledger.Device, error] {
	return ledger.All(func(ledger.Page) (ledger.List[ledger.Device], error) {
		found, err := d.store.Find(ctx, who)
		return ledger.List[ledger.Device]{Rows: found}, err
	})
}

func (d fleetDatabase) changes(ctx context.Context, f changeFilter, kind ledger.Change) iter.Seq2[report.FleetChange, error] {
	asked := ledger.ChangeFilter{Change: kind, Since: time.Now().Add(-time.Duration(f.Days) * aDay), Check: f.Check, Site: f.Site}
	return export.ChangesOf(kind, ledger.All(func(p ledger.Page) (ledger.List[ledger.ChangedCause], error) { return d.store.Changes(ctx, asked, p) }))
}

func (d fleetDatabase) visits(ctx context.Context, id string) iter.Seq2[report.Visit, error] {
	return ledger.All(func(p ledger.Page) (ledger.List[report.Visit], error) {
		told, err := d.store.Story(ctx, id, p)
		return told.Visits, err
	})
}

func (d fleetDatabase) remedies(ctx context.Context, days int) iter.Seq2[report.RemedyRate, error] {
	return ledger.All(func(ledger.Page) (ledger.List[report.RemedyRate], error) {
		rates, err := d.store.Remedies(ctx, time.Now(), days)
		return ledger.List[report.RemedyRate]{Rows: rates.Remedies}, err
	})
}
