package hub

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/fleet"
	"github.com/backupdoctor/backupdoctor/report/fleet/export"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// A change is a cause that came, stayed or went.
type change struct {
	Change fleet.Change `json:"change"`
	fleet.ChangedCause
}

func changesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "changes",
		Usage: "tell which causes are new, still there and fixed",
		Description: "Fixed is what its check has read to be well since. What could not be read is not.\n\n" + command.Examples(
			"backupdoctor fleet changes --since 7d",
			"backupdoctor fleet changes --since 4w --only fixed --csv",
		),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "since", Category: filterHeading, Usage: "in the last `DAYS`: 7d or 2w", Value: "7d"},
			&cli.StringFlag{Name: "only", Category: filterHeading, Usage: "`CHANGE`: new, still or fixed"},
			&cli.StringFlag{Name: "site", Category: filterHeading, Usage: "on devices that belong to this `PLACE`"},
			&cli.StringFlag{Name: "cause", Category: filterHeading, Usage: "of the check with this `ID`"},
		}, sourceFlags(), formatFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			days, err := command.Days("since", ctx.String("since"))
			if err != nil {
				return err
			}
			which := []fleet.Change{fleet.New, fleet.Still, fleet.Fixed}
			if only := fleet.Change(ctx.String("only")); only != "" {
				if !slices.Contains(which, only) {
					return command.Usage("use new, still or fixed", "unknown value %q of --only", only)
				}
				which = []fleet.Change{only}
			}
			f := changeFilter{Days: days, Check: given(ctx, "cause"), Site: given(ctx, "site")}
			if f.Check != "" {
				if _, err := command.Check(f.Check); err != nil {
					return err
				}
			}
			return e.asking(ctx, func(ctx context.Context, from source, as listFormat) error {
				return writeList(e.Stdout, as, "Changes in the fleet", changeColumns(), changesOf(ctx, from, f, which), func(w io.Writer, all []change) error {
					return e.tellChanges(w, all, which, time.Now())
				})
			})
		}),
	}
}

// A changeFilter says which changes are asked for.
type changeFilter struct {
	Days  int    // before now
	Check string // "" is any
	Site  string // "" is any
}

// changesOf lists changes of one kind after those of the other.
func changesOf(ctx context.Context, from source, f changeFilter, which []fleet.Change) iter.Seq2[change, error] {
	return func(yield func(change, error) bool) {
		for _, kind := range which {
			for row, err := range from.changes(ctx, f, kind) {
				if !yield(change{kind, row}, err) || err != nil {
					return
				}
			}
		}
	}
}

func changeColumns() []export.Column[change] {
	columns := []export.Column[change]{{Head: "change", Text: func(c change) string { return string(c.Change) }}}
	for _, column := range export.Changes {
		columns = append(columns, export.Column[change]{Head: column.Head, Text: func(c change) string { return column.Text(c.ChangedCause) }})
	}
	return columns
}

// tellChanges writes a table of changes, and their numbers beside it.
func (e env) tellChanges(w io.Writer, all []change, which []fleet.Change, now time.Time) error {
	cells := [][]string{{"CHANGE", "CAUSE", "STATUS", "DEVICE", "NAME", "SITE", "BENCH", "SINCE", "LAST FOUND", "FIXED"}}
	count := map[fleet.Change]int{}
	for _, c := range all {
		count[c.Change]++
		cells = append(cells, []string{
			string(c.Change), c.Check, c.Status, c.Device, c.Name, c.Site, c.Bench,
			words.Ago(c.Since, now), words.Ago(c.SeenAt, now), words.Ago(c.FixedAt, now),
		})
	}
	if len(all) > 0 {
		if err := format.Columns(w, cells); err != nil {
			return err
		}
	}
	for _, kind := range which {
		if _, err := fmt.Fprintf(e.Stderr, "%s: %d\n", kind, count[kind]); err != nil {
			return err
		}
	}
	return nil
}
