package hub

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func changesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "changes",
		Usage: "show new, remaining and fixed causes",
		Description: "A cause counts as fixed only if its check has found all well since. What could not be read\n" +
			"is not fixed.\n\n" + command.Examples(
			"backupdoctor fleet changes --since 7d",
			"backupdoctor fleet changes --since 4w --only fixed -o csv",
		),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: filterHeading, Usage: "in the last `DAYS`: 7d or 2w", Value: "7d"},
			&cli.StringFlag{Name: "only", Category: filterHeading, Usage: "`CHANGE`: new, still or fixed"},
			&cli.StringFlag{Name: "site", Category: filterHeading, Usage: "on devices of this site, by `NAME`"},
			&cli.StringFlag{Name: "cause", Category: filterHeading, Usage: "of the check with this `ID`"},
		}, sourceFlags(), formatFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			which := []ledger.Change{ledger.New, ledger.Still, ledger.Fixed}
			if only := ledger.Change(ctx.String("only")); only != "" {
				if !slices.Contains(which, only) {
					return command.Usage("use new, still or fixed", "unknown value %q of --only", only)
				}
				which = []ledger.Change{only}
			}
			f := changeFilter{Days: days, Check: given(ctx, "cause"), Site: given(ctx, "site")}
			if f.Check != "" {
				if _, err := command.Check(f.Check); err != nil {
					return err
				}
			}
			return e.asking(ctx, func(e env, ctx context.Context, from source, as string) error {
				return e.writeChanges(as, changesOf(ctx, from, f, which), which, time.Now())
			})
		}),
	}
}

// A changeFilter selects changes.
type changeFilter struct {
	Days  int    // up to now
	Check string // "" for any
	Site  string // "" for any
}

// changesOf lists changes one kind after another.
func changesOf(ctx context.Context, from source, f changeFilter, which []ledger.Change) iter.Seq2[report.FleetChange, error] {
	return func(yield func(report.FleetChange, error) bool) {
		for _, kind := range which {
			for change, err := range from.changes(ctx, f, kind) {
				if !yield(change, err) || err != nil {
					return
				}
			}
		}
	}
}

func changeList(now time.Time) format.List[report.FleetChange] {
	list := export.Changes
	list.Terminal = []format.Column[report.FleetChange]{
		{Head: "CHANGE", Text: func(c report.FleetChange) string { return string(c.Change) }},
		{Head: "CAUSE", Text: func(c report.FleetChange) string { return c.Check }},
		{Head: "STATUS", Text: func(c report.FleetChange) string { return c.Status }},
		{Head: "DEVICE", Text: func(c report.FleetChange) string { return c.UDID }},
		{Head: "NAME", Text: func(c report.FleetChange) string { return c.Name }},
		{Head: "SITE", Text: func(c report.FleetChange) string { return c.Site }},
		{Head: "BENCH", Text: func(c report.FleetChange) string { return c.Bench }},
		{Head: "SINCE", Text: func(c report.FleetChange) string { return words.Ago(c.Since, now) }},
		{Head: "LAST FOUND", Text: func(c report.FleetChange) string { return words.Ago(c.SeenAt, now) }},
		{Head: "FIXED", Text: func(c report.FleetChange) string { return words.Ago(c.FixedAt, now) }},
	}
	return list
}

// writeChanges writes a list of changes to stdout, and the number of each kind to stderr.
func (e env) writeChanges(as string, changes iter.Seq2[report.FleetChange, error], which []ledger.Change, now time.Time) error {
	count := map[ledger.Change]int{}
	if err := changeList(now).Write(e.Stdout, as, counting(changes, func(c report.FleetChange) { count[c.Change]++ })); err != nil || as != "" {
		return err
	}
	for _, kind := range which {
		if _, err := fmt.Fprintf(e.Stderr, "%s: %d\n", kind, count[kind]); err != nil {
			return err
		}
	}
	return nil
}
