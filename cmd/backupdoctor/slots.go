package main

import (
	"errors"
	"io"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func slotsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "slots",
		Usage: "name the USB ports of a bench, so that each device is listed with its slot",
		Description: "A slot is a USB port with a name. Name the slots once: plug one device into\n" +
			"each port in turn. The names are kept in your configuration folder, or in the file that\n" +
			slotsVariable + " names.\n\n" +
			"A slot can be learned only where usbmuxd reports the port of a device.\n\n" +
			command.Examples(
				"backupdoctor slots learn                    slot by slot",
				"backupdoctor slots learn --names A1,A2,A3   in this order, without being asked",
				"backupdoctor slots list",
				"backupdoctor slots forget A3",
				"backupdoctor history health                which slots had trouble",
			),
		Flags: tableOrJSON.Flags(""),
		Subcommands: []*cli.Command{
			learnSlotsCommand(e),
			{
				Name:   "list",
				Usage:  "list the slots and their ports",
				Flags:  tableOrJSON.Flags(""),
				Action: command.Takes(0, e.listSlots),
			},
			{
				Name:      "forget",
				Usage:     "forget slots",
				ArgsUsage: "NAME...",
				Description: command.Examples(
					"backupdoctor slots forget A3 A4",
					"backupdoctor slots forget --all",
				),
				Flags:  []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "forget all slots", DisableDefaultText: true}},
				Action: e.forgetSlots,
			},
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return command.Usage("use learn, list or forget; history health names slots with trouble", "unknown command %q", "slots "+ctx.Args().First())
			}
			return e.listSlots(ctx)
		},
	}
}

func (e env) listSlots(ctx *cli.Context) error {
	slots, err := e.slots()
	if err != nil {
		return err
	}
	list := slots.List()
	printer, err := tableOrJSON.Printer(ctx, e.Stdout)
	if err != nil {
		return err
	}
	if len(list) == 0 && printer.Only("table") {
		return command.Exit{Code: report.ExitNoProblem, Err: errors.New("no slot has been learned"), Hint: "backupdoctor slots learn names them"}
	}
	var rows [][]string
	for _, slot := range list {
		rows = append(rows, []string{slot.Name, "port " + slot.Port})
	}
	shown := report.SlotList{Header: report.NewHeader(report.KindSlots), Slots: []report.SlotPort{}}
	for _, slot := range list {
		shown.Slots = append(shown.Slots, report.SlotPort{Slot: slot.Name, Port: slot.Port})
	}
	return printer.Print(ctx.Context, map[string]func(io.Writer) error{
		"table": func(w io.Writer) error { return format.Columns(w, rows) }, "json": document(shown),
	})
}

func (e env) forgetSlots(ctx *cli.Context) error {
	slots, err := e.slots()
	if err != nil {
		return err
	}
	names := ctx.Args().Slice()
	switch {
	case ctx.Bool("all") == (len(names) > 0):
		return command.Usage(command.HelpHint(ctx), "slots forget needs NAME... or --all")
	case ctx.Bool("all"):
		return e.keepSlots(labels.Slots{})
	}
	for _, name := range names {
		port := slots.Port(name)
		if port == "" {
			return command.Usage("see backupdoctor slots list", "there is no slot %q", name)
		}
		slots = slots.Without(port)
	}
	return e.keepSlots(slots)
}
