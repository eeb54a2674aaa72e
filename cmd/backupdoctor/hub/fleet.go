package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func fleetCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "fleet",
		Usage: "list the devices that the benches of a hub have examined",
		Description: "Reads the database of the hub on this computer. --from names another: sqlite:FILE,\n" +
			"postgres://USER@HOST/NAME, or the pages of a hub, https://HOST:PORT, whose token is\n" +
			"taken from " + tokenVariable + ".\n\n" +
			"It lists what was found and does not judge it again: the exit code is 0 whatever the\n" +
			"verdicts are.\n\n" +
			command.Examples(
				"backupdoctor fleet                                       all devices, failing ones first",
				"backupdoctor fleet --not-backed-up-for 14d --site Hamburg",
				"backupdoctor fleet --cause icloud-storage-full -o csv=full.csv",
				"backupdoctor fleet --from https://hub.example.org:7480 --json",
				"backupdoctor fleet changes --since 7d                    what is new, still there and fixed",
				"backupdoctor fleet remedies                              what was followed by a backup",
				"backupdoctor fleet device 00008110-000A1B2C3D4E801E      its story on all benches",
			),
		Flags:       slices.Concat(filterFlags(), sourceFlags(), formatFlags()),
		Subcommands: []*cli.Command{changesCommand(e), deviceCommand(e), remediesCommand(e)},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			q, err := filterOf(ctx)
			if err != nil {
				return err
			}
			return e.asking(ctx, func(e env, ctx context.Context, from source, as string) error {
				return writeDevices(e, as, from.devices(ctx, q), time.Now())
			})
		}),
	}
}

const (
	filterHeading = "Filter"
	sourceHeading = "Source"
	formatHeading = "Output"
)

func filterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "site", Category: filterHeading, Usage: "devices of this site, by `NAME`"},
		&cli.StringFlag{Name: "bench", Category: filterHeading, Usage: "last scanned by bench `NAME`"},
		&cli.StringFlag{Name: "cause", Category: filterHeading, Usage: "with a cause found by the check `ID`"},
		&cli.StringFlag{Name: "verdict", Category: filterHeading, Usage: "with this `VERDICT`: failing, at-risk, backed-up, …"},
		&cli.StringFlag{Name: "backup", Category: filterHeading, Usage: "by last backup, `KNOWN`: known, never or unknown"},
		&cli.BoolFlag{Name: "incomplete", Category: filterHeading, Usage: "read only in part"},
		&cli.StringFlag{Name: "not-backed-up-for", Category: filterHeading, Usage: "not backed up for `DAYS`: 14d or 2w"},
		&cli.StringFlag{Name: "sort", Category: filterHeading, Usage: "`ORDER`: worst (failing first), newest (last scanned first) or longest (longest without a backup first)"},
	}
}

func sourceFlags() []cli.Flag {
	return append(dataFlags(),
		&cli.StringFlag{Name: "from", Category: sourceHeading, Usage: "`ADDRESS` of a database or of a hub's pages", DefaultText: "the hub on this computer"},
		&cli.StringFlag{Name: "token-file", Category: sourceHeading, Usage: "`FILE` of the token for the pages", DefaultText: tokenVariable},
		&cli.StringFlag{Name: "fingerprint", Category: sourceHeading, Usage: "trust the certificate with this `SHA256`, which the hub prints at startup"},
	)
}

// fleetFormats are the formats of lists.
var fleetFormats = output.Formats{"table", "json", "csv", "html"}

func formatFlags() []cli.Flag { return fleetFormats.Flags(formatHeading) }

// asking opens the source selected by flags, and calls ask once for each output format; ""
// means a table.
func (e env) asking(ctx *cli.Context, ask func(e env, ctx context.Context, from source, as string) error) error {
	printer, err := fleetFormats.Printer(ctx, e.Stdout)
	if err != nil {
		return err
	}
	from, err := e.sourceOf(ctx)
	if err != nil {
		return err
	}
	defer from.close()
	writers := map[string]func(io.Writer) error{}
	for _, name := range fleetFormats {
		as := name
		if name == "table" {
			as = ""
		}
		writers[name] = func(w io.Writer) error {
			e := e
			e.Stdout = w
			return ask(e, ctx.Context, from, as)
		}
	}
	err = printer.Print(ctx.Context, writers)
	if _, ended := errors.AsType[command.Exit](err); err == nil || ended {
		return err
	}
	if ctx.Context.Err() != nil {
		return command.Exit{Code: report.ExitInterrupted, Err: context.Cause(ctx.Context)}
	}
	return command.Usage("", "%w", err)
}

// A filter selects and sorts devices.
type filter struct {
	ledger.Filter
	Days int // for Filter.BackupBefore, in days before now; 0 for any
	Sort ledger.Sort
}

func filterOf(ctx *cli.Context) (filter, error) {
	q := filter{Sort: ledger.WorstFirst, Filter: ledger.Filter{
		Site: ctx.String("site"), Bench: ctx.String("bench"), Cause: ctx.String("cause"),
		Verdict: ctx.String("verdict"), Backup: ledger.Backup(ctx.String("backup")),
		Incomplete: ctx.Bool("incomplete"),
	}}
	if q.Cause != "" {
		if _, err := command.Check(q.Cause); err != nil {
			return q, err
		}
	}
	if !slices.Contains(append(checks.VerdictNames(), ""), q.Verdict) {
		return q, command.Usage("use "+strings.Join(checks.VerdictNames(), ", "), "unknown verdict %q", q.Verdict)
	}
	if !slices.Contains([]ledger.Backup{"", ledger.BackupKnown, ledger.BackupNever, ledger.BackupUnknown}, q.Backup) {
		return q, command.Usage("use known, never or unknown", "unknown value %q of --backup", q.Backup)
	}
	if text := ctx.String("not-backed-up-for"); text != "" {
		var err error
		if q.Days, err = command.Days("not-backed-up-for", text); err != nil {
			return q, err
		}
		q.Sort = ledger.LongestFirst
	}
	if order := ledger.Sort(ctx.String("sort")); order != "" {
		if !slices.Contains([]ledger.Sort{ledger.WorstFirst, ledger.NewestFirst, ledger.LongestFirst}, order) {
			return q, command.Usage("use worst, newest or longest", "unknown value %q of --sort", order)
		}
		q.Sort = order
	}
	return q, nil
}

// writeDevices writes a list of devices to stdout, and their number to stderr.
func writeDevices(e env, as string, devices iter.Seq2[ledger.Device, error], now time.Time) error {
	count := 0
	if err := export.Devices(now).Write(e.Stdout, as, counting(devices, func(ledger.Device) { count++ })); err != nil {
		return err
	}
	if as == "" {
		_, err := fmt.Fprintln(e.Stderr, words.Count(count, "device"))
		return err
	}
	return nil
}

// counting calls count for each row that passes.
func counting[Row any](rows iter.Seq2[Row, error], count func(Row)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range rows {
			if err == nil {
				count(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
