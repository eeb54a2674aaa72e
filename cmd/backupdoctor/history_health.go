package main

import (
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func healthCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "health",
		Usage: "name the slots in which devices keep failing, across past runs",
		Description: "A visit is in trouble if the device disconnected, did not respond in time or needed a\n" +
			"second try. A slot is suspicious after trouble in at least 3 visits of at least 2 devices,\n" +
			"and in more than a third of its visits. A port without a name is identified by its number,\n" +
			"which on Linux changes each time a device is plugged in.\n\n" +
			command.Examples(
				"backupdoctor history health",
				"backupdoctor history health --runs 200",
				"backupdoctor history health --json | jq -r '.slots[] | select(.suspicious) | .slot'",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.IntFlag{Name: "runs", Category: reportFlags, Usage: "look at the newest `NUMBER` runs", Value: 50},
		}, displayFlags(), tableOrJSON.Flags(reportFlags)),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if ctx.Int("runs") < 1 {
				return command.Usage("", "--runs must be at least 1")
			}
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return e.withHistory(ctx.Context, func(store *ledger.Store) error {
				slots, err := store.Health(ctx.Context, ctx.Int("runs"))
				if err != nil {
					return err
				}
				return e.printTable(ctx, slots, func(w io.Writer) error { return format.WriteSlotReport(w, slots, options) })
			})
		}),
	}
}
