package main

import (
	"fmt"
	"io"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func remediesCommand(e env) *cli.Command {
	return command.Remedies("history", reportFlags, tableJSONOrCSV.Flags(reportFlags), func(ctx *cli.Context, days int) error {
		printer, err := tableJSONOrCSV.Printer(ctx, e.Stdout)
		if err != nil {
			return err
		}
		return e.withHistory(ctx.Context, func(store *ledger.Store) error {
			rates, err := store.Remedies(ctx.Context, time.Now(), days)
			if err != nil {
				return err
			}
			list := func(as string) func(io.Writer) error {
				return func(w io.Writer) error { return export.Remedies(days).Write(w, as, format.Rows(rates.Remedies)) }
			}
			if len(rates.Remedies) == 0 {
				fmt.Fprintln(e.screen, command.NoRemedies)
			}
			return printer.Print(ctx.Context, map[string]func(io.Writer) error{"table": list(""), "json": document(rates), "csv": list("csv")})
		})
	})
}
