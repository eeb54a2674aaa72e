package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func slotsCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "slots",
		Usage: "name the places on the bench, so that each device is told with its place",
		Description: "A slot is a USB port with a name. Learn them once: plug one device along the tray, and name\n" +
			"each place. They are kept in your configuration folder, or in the file that\n" +
			slotsVariable + " names.\n\n" +
			"Where usbmuxd does not tell at which port a device is, a place cannot be learned.\n\n" +
			examples(
				"backupdoctor slots learn                    one place after the other",
				"backupdoctor slots learn --names A1,A2,A3   in this order, without being asked",
				"backupdoctor slots list",
				"backupdoctor slots forget A3",
			),
		Subcommands: []*cli.Command{
			learnSlotsCommand(s),
			{
				Name:   "list",
				Usage:  "list the slots and their ports",
				Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as JSON", DisableDefaultText: true}},
				Action: takes(0, s.listSlots),
			},
			{
				Name:      "forget",
				Usage:     "take the names of places away",
				ArgsUsage: "NAME...",
				Flags:     []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "of all of them", DisableDefaultText: true}},
				Action:    s.forgetSlots,
			},
			slotsHealthCommand(s),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return usageError("use learn, list, forget or health", "unknown command %q", "slots "+ctx.Args().First())
			}
			return s.listSlots(ctx)
		},
	}
}

func (s surroundings) listSlots(ctx *cli.Context) error {
	slots, err := s.slots()
	if err != nil {
		return err
	}
	list := slots.List()
	if ctx.Bool("json") {
		encoder := json.NewEncoder(s.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(append([]labels.Slot{}, list...))
	}
	if len(list) == 0 {
		return exit{code: report.ExitNoProblem, err: fmt.Errorf("no slot has been learned"), hint: "backupdoctor slots learn names them"}
	}
	widest := 0
	for _, slot := range list {
		widest = max(widest, len([]rune(slot.Name)))
	}
	for _, slot := range list {
		if _, err := fmt.Fprintf(s.stdout, "%-*s  port %s\n", widest, slot.Name, slot.Port); err != nil {
			return err
		}
	}
	return nil
}

func (s surroundings) forgetSlots(ctx *cli.Context) error {
	slots, err := s.slots()
	if err != nil {
		return err
	}
	names := ctx.Args().Slice()
	switch {
	case ctx.Bool("all") == (len(names) > 0):
		return usageError(helpHint(ctx), "slots forget needs NAME... or --all")
	case ctx.Bool("all"):
		return s.keepSlots(labels.Slots{})
	}
	for _, name := range names {
		port := slots.Port(name)
		if port == "" {
			return usageError("see backupdoctor slots list", "there is no slot %q", name)
		}
		slots = slots.Without(port)
	}
	return s.keepSlots(slots)
}

// nextName proposes a name: the first number that is no slot's.
func nextName(slots labels.Slots) string {
	for n := 1; ; n++ {
		name := fmt.Sprint(n)
		if !slices.ContainsFunc(slots.List(), func(slot labels.Slot) bool { return slot.Name == name }) {
			return name
		}
	}
}
