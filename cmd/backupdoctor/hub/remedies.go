package hub

import (
	"context"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func remediesCommand(e env) *cli.Command {
	flags := slices.Concat(sourceFlags(), formatFlags())
	return command.Remedies("fleet", filterHeading, flags, func(ctx *cli.Context, days int) error {
		return e.asking(ctx, func(e env, ctx context.Context, from source, as string) error {
			return e.writeRemedies(ctx, as, from, days)
		})
	})
}

// writeRemedies writes a list of remedies to stdout. If it is empty, it says so on stderr.
func (e env) writeRemedies(ctx context.Context, as string, from source, days int) error {
	count := 0
	rows := counting(from.remedies(ctx, days), func(report.RemedyRate) { count++ })
	if err := export.Remedies(days).Write(e.Stdout, as, rows); err != nil || as != "" || count > 0 {
		return err
	}
	_, err := fmt.Fprintln(e.Stderr, command.NoRemedies)
	return err
}
