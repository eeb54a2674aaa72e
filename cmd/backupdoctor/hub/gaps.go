package hub

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"github.com/urfave/cli/v2"
)

func gapsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "gaps",
		Usage: "list the numbers of missing reports of each bench",
		Description: "A bench sends missing reports by itself, as soon as it is connected. LOST counts reports\n" +
			"that neither side has. If rows were deleted from the database, bench resend sends them\n" +
			"again.\n\n" +
			command.Examples("backupdoctor hub gaps", "backupdoctor hub gaps --json"),
		Flags: append(dataFlags(), tableOrJSON.Flags(formatHeading)...),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			var gaps []ledger.Gaps
			err := e.withDatabase(ctx, ledger.OpenToRead, func(within context.Context, store *ledger.Store) (err error) {
				gaps, err = store.Gaps(within)
				return err
			})
			if err != nil {
				return err
			}
			return e.printTable(ctx, report.GapList{Header: report.NewHeader(report.KindGaps), Ledgers: gaps}, func(w io.Writer) error {
				if len(gaps) == 0 {
					_, err := fmt.Fprintln(e.Stderr, "no bench has sent a numbered report")
					return err
				}
				return writeGaps(w, gaps, time.Now())
			})
		}),
	}
}

func writeGaps(w io.Writer, gaps []ledger.Gaps, now time.Time) error {
	return format.List[ledger.Gaps]{Terminal: []format.Column[ledger.Gaps]{
		{Head: "BENCH", Text: func(g ledger.Gaps) string { return g.Bench }},
		{Head: "LEDGER", Text: func(g ledger.Gaps) string { return g.Ledger[:min(len(g.Ledger), 8)] }},
		{Head: "LAST SEEN", Text: func(g ledger.Gaps) string { return words.Ago(g.HeardAt, now) }},
		{Head: "LAST", Text: func(g ledger.Gaps) string { return strconv.FormatInt(g.Last, 10) }},
		{Head: "WAITING", Text: func(g ledger.Gaps) string { return strconv.FormatInt(g.Waiting, 10) }},
		{Head: "MISSING", Text: missingWords},
		{Head: "SET ASIDE", Text: func(g ledger.Gaps) string { return strconv.FormatInt(g.SetAside, 10) }},
		{Head: "LOST", Text: func(g ledger.Gaps) string { return strconv.FormatInt(g.Lost, 10) }},
	}}.Write(w, "", format.Rows(gaps))
}

// missingShown is how many ranges of numbers are shown; --json has all.
const missingShown = 5

func missingWords(g ledger.Gaps) string {
	var ranges []string
	for _, r := range g.Missing[:min(len(g.Missing), missingShown)] {
		ranges = append(ranges, receipt.Range(r).String())
	}
	if more := len(g.Missing) - missingShown; more > 0 {
		ranges = append(ranges, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(ranges, ", ")
}
