package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func historyCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "history",
		Usage:     "show past runs, one device's history, or devices without a recent backup",
		ArgsUsage: "[DEVICE]",
		Description: "Every scan is kept in one file on this computer, unless it is run with --no-history. DEVICE is a\n" +
			"UDID, a serial number, an asset tag, a slot or a name. The file is history.sqlite in the\n" +
			"data folder of backupdoctor, or the one that " + scan.HistoryVariable + " names; with\n" +
			scan.HistoryVariable + "=" + scan.NoHistory + " none is kept.\n\n" +
			command.Examples(
				"backupdoctor history                       the newest runs",
				"backupdoctor history A-1234                one device, and what changed at each visit",
				"backupdoctor history show last             the report of the newest run",
				"backupdoctor history changes --since 7d    what is new, fixed, still there, missing",
				"backupdoctor history stale --days 14       devices without a backup in two weeks",
				"backupdoctor history health                the slots whose devices had trouble",
				"backupdoctor history remedies              which remedies were followed by a backup",
				"backupdoctor history export -o json=all.json  everything, for other programs",
				"backupdoctor history prune --older-than 365d",
				"backupdoctor history recover               recover a damaged history",
			),
		Flags: slices.Concat(listFlags("runs or visits"), displayFlags()),
		Subcommands: []*cli.Command{
			showCommand(e),
			changesCommand(e),
			staleCommand(e),
			healthCommand(e),
			remediesCommand(e),
			exportCommand(e),
			pruneCommand(e),
			recoverCommand(e),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() > 1 {
				return command.Usage(command.HelpHint(ctx), "unexpected argument %q", ctx.Args().Get(1))
			}
			if ctx.Int("limit") < 1 {
				return command.Usage("", "--limit must be at least 1")
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				if who := ctx.Args().First(); who != "" {
					return e.tellStory(ctx, store, who, options)
				}
				return e.listRuns(ctx, store, options)
			})
		},
	}
}

// listFlags are the flags of a list that shows the newest entries.
func listFlags(what string) []cli.Flag {
	return append([]cli.Flag{
		&cli.IntFlag{Name: "limit", Category: reportFlags, Usage: "show at most `NUMBER` " + what, Value: 20},
	}, tableOrJSON.Flags(reportFlags)...)
}

func (e env) listRuns(ctx *cli.Context, store *ledger.Store, o format.Options) error {
	list, err := store.Runs(ctx.Context, ctx.Int("limit"))
	if err != nil {
		return err
	}
	return e.printTable(ctx, list, func(w io.Writer) error { return format.WriteRuns(w, list, o) })
}

func (e env) tellStory(ctx *cli.Context, store *ledger.Store, who string, o format.Options) error {
	story, err := store.Device(ctx.Context, who, ctx.Int("limit"))
	if several, ok := errors.AsType[*ledger.AmbiguousError](err); ok {
		if err := format.WriteKnown(e.Stderr, several.Devices, o); err != nil {
			return err
		}
		return command.Usage("name it by its UDID", "%w", err)
	}
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		return command.Usage("backupdoctor history export -o csv lists all devices", "the history does not know %q", who)
	case err != nil:
		return err
	default:
		return e.printTable(ctx, story, func(w io.Writer) error { return format.WriteStory(w, story, o) })
	}
}

// withHistory calls answer with the history, if there is one. It changes nothing on disk.
func (e env) withHistory(ctx context.Context, answer func(*ledger.Store) error) error {
	store, err := scan.ReadHistory(ctx, e.Env)
	if err != nil {
		return err
	}
	return cmp.Or(scan.HistoryError(answer(store)), scan.HistoryError(store.Close()))
}

// changingHistory calls change with the history, if there is one.
func (e env) changingHistory(ctx context.Context, change func(*ledger.Store) error) error {
	store, err := scan.ChangeHistory(ctx, e.Env, e.screen)
	if err != nil {
		return err
	}
	return cmp.Or(scan.HistoryError(change(store)), scan.HistoryError(store.Close()))
}
