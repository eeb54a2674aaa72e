package hub

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

// databaseWithin is how long a query of the database may take.
const databaseWithin = time.Minute

// A hubData is where a hub keeps its data.
type hubData struct {
	folder hubFolder
	sink   string // address of the database
}

// dataOf reads dataFlags.
func (e env) dataOf(ctx *cli.Context) (hubData, error) {
	folder, err := e.hubFolderOf(ctx)
	if err != nil {
		return hubData{}, err
	}
	sink, err := e.sinkOf(ctx, folder)
	return hubData{folder, sink}, err
}

// An opener opens a database: [ledger.Open] or [ledger.OpenToRead].
type opener func(ctx context.Context, address string) (*ledger.Store, error)

// query opens the database for one query. It does not create a missing file to read: the error
// is [fs.ErrNotExist].
func (d hubData) query(ctx context.Context, open opener, ask func(context.Context, *ledger.Store) error) error {
	within, cancel := context.WithTimeout(ctx, databaseWithin)
	defer cancel()
	store, err := open(within, d.sink)
	if err != nil {
		return err
	}
	return errors.Join(ask(within, store), store.Close())
}

// withDatabase opens the database of the hub that the flags name, for one query.
func (e env) withDatabase(ctx *cli.Context, open opener, ask func(context.Context, *ledger.Store) error) error {
	data, err := e.dataOf(ctx)
	if err != nil {
		return err
	}
	if there, err := ledger.IsThere(data.sink); err == nil && !there {
		return command.Usage("name another folder with --data", "no hub keeps reports in %s", strings.TrimPrefix(data.sink, "sqlite:"))
	}
	return data.query(ctx.Context, func(within context.Context, sink string) (*ledger.Store, error) {
		store, err := open(within, sink)
		if err != nil {
			return nil, command.Usage("", "%w", err)
		}
		return store, nil
	}, ask)
}
