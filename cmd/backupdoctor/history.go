package main

import (
	"errors"
	"slices"

	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func historyCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "history",
		Usage:     "tell of past runs, of one device, or of those without a recent backup",
		ArgsUsage: "[DEVICE]",
		Description: "Every scan is kept in one file on this computer, unless it has --no-history. DEVICE is a\n" +
			"UDID, a serial number, an asset tag, a slot or a name. The file is history.sqlite in the\n" +
			"data folder of backupdoctor, or the one that " + historyVariable + " names.\n\n" +
			examples(
				"backupdoctor history                       the newest runs",
				"backupdoctor history A-1234                one device: what came, stayed and went",
				"backupdoctor history stale --days 14       who has no backup of the last two weeks",
				"backupdoctor history export all.json       everything, for other programs",
				"backupdoctor history prune --older-than 365d",
			),
		Flags: slices.Concat(listFlags("runs or visits"), displayFlags()),
		Subcommands: []*cli.Command{
			staleCommand(s),
			exportCommand(s),
			pruneCommand(s),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() > 1 {
				return usageError(helpHint(ctx), "unexpected argument %q", ctx.Args().Get(1))
			}
			if ctx.Int("limit") < 1 {
				return usageError("", "--limit must be at least 1")
			}
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			return s.withHistory(ctx.Context, func(store *history.Store) error {
				if who := ctx.Args().First(); who != "" {
					return s.tellStory(ctx, store, who, options)
				}
				return s.listRuns(ctx, store, options)
			})
		},
	}
}

// listFlags are those of a list of which the newest matter.
func listFlags(what string) []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "limit", Category: reportFlags, Usage: "tell of at most `NUMBER` " + what, Value: 20},
		option(reportFlags, "json", "write JSON"),
	}
}

func (s surroundings) listRuns(ctx *cli.Context, store *history.Store, o format.Options) error {
	list, err := store.Runs(ctx.Context, ctx.Int("limit"))
	if err != nil {
		return err
	}
	if ctx.Bool("json") {
		return format.WriteRunsJSON(s.stdout, list)
	}
	return format.WriteRuns(s.stdout, list, o)
}

func (s surroundings) tellStory(ctx *cli.Context, store *history.Store, who string, o format.Options) error {
	story, err := store.Device(ctx.Context, who, ctx.Int("limit"))
	if several, ok := errors.AsType[*history.AmbiguousError](err); ok {
		if err := format.WriteKnown(s.stderr, several.Devices, o); err != nil {
			return err
		}
		return usageError("name it by its UDID", "%w", err)
	}
	switch {
	case errors.Is(err, history.ErrUnknown):
		return usageError("backupdoctor history export --format csv lists all devices", "the history does not know %q", who)
	case err != nil:
		return err
	case ctx.Bool("json"):
		return format.WriteStoryJSON(s.stdout, story)
	default:
		return format.WriteStory(s.stdout, story, o)
	}
}
