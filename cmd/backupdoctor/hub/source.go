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
	"github.com/backupdoctor/backupdoctor/report/fleet"
	"github.com/urfave/cli/v2"
)

const aDay = 24 * time.Hour

// A source is where a fleet can be asked: its database, or its pages.
type source interface {
	devices(context.Context, filter) iter.Seq2[fleet.Device, error]
	find(ctx context.Context, who string) iter.Seq2[fleet.Device, error] // by id or serial number
	changes(context.Context, changeFilter, fleet.Change) iter.Seq2[fleet.ChangedCause, error]
	visits(ctx context.Context, id string) iter.Seq2[fleet.Visit, error] // the newest first
	close() error
}

// sourceOf reads sourceFlags.
func (e env) sourceOf(ctx *cli.Context) (source, error) {
	from := given(ctx, "from")
	if u, err := url.Parse(from); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		return e.pagesOf(ctx, u)
	}
	folder, err := e.hubFolderOf(ctx)
	if err != nil {
		return nil, err
	}
	if from == "" {
		if from, err = e.sinkOf(ctx, folder); err != nil {
			return nil, err
		}
	}
	path, isFile := strings.CutPrefix(from, "sqlite:")
	if !isFile {
		if err := checkSink(from); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) { // it would be made
		return nil, command.Usage("name another with --from or --data", "no hub keeps reports in %s", path)
	}
	within, cancel := context.WithTimeout(ctx.Context, databaseWithin)
	defer cancel()
	store, err := fleet.Open(within, from)
	if err != nil {
		return nil, command.Usage("", "%w", err)
	}
	return fleetDatabase{store}, nil
}

// A fleetDatabase is asked by itself.
type fleetDatabase struct{ store *fleet.Store }

func (d fleetDatabase) close() error { return d.store.Close() }

func (d fleetDatabase) devices(ctx context.Context, q filter) iter.Seq2[fleet.Device, error] {
	f := q.Filter
	if q.Days > 0 {
		f.BackupBefore = time.Now().Add(-time.Duration(q.Days) * aDay)
	}
	return fleet.All(func(p fleet.Page) (fleet.List[fleet.Device], error) { return d.store.Devices(ctx, f, q.Sort, p) })
}

func (d fleetDatabase) find(ctx context.Context, who string) iter.Seq2[fleet.Device, error] {
	return fleet.All(func(fleet.Page) (fleet.List[fleet.Device], error) {
		found, err := d.store.Find(ctx, who)
		return fleet.List[fleet.Device]{Rows: found}, err
	})
}

func (d fleetDatabase) changes(ctx context.Context, f changeFilter, kind fleet.Change) iter.Seq2[fleet.ChangedCause, error] {
	asked := fleet.ChangeFilter{Change: kind, Since: time.Now().Add(-time.Duration(f.Days) * aDay), Check: f.Check, Site: f.Site}
	return fleet.All(func(p fleet.Page) (fleet.List[fleet.ChangedCause], error) { return d.store.Changes(ctx, asked, p) })
}

func (d fleetDatabase) visits(ctx context.Context, id string) iter.Seq2[fleet.Visit, error] {
	return fleet.All(func(p fleet.Page) (fleet.List[fleet.Visit], error) {
		told, err := d.store.Story(ctx, id, p)
		return told.Visits, err
	})
}
