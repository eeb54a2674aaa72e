package main

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/slots"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func learnSlotsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "learn",
		Usage: "name the ports, with one device that is plugged into each in turn",
		Description: "Each name is saved as soon as it is given. Enter accepts the proposed name; while no name is\n" +
			"asked for, Enter ends the command, as q, Ctrl-D and Ctrl-C always do. With --names the\n" +
			"command ends after the last name.\n\n" +
			command.Examples(
				"backupdoctor slots learn",
				"backupdoctor slots learn --names A1,A2,A3",
			),
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "names", Usage: "give these `NAMES`, separated by commas, in the order in which ports are used"},
			&cli.StringFlag{Name: "usbmux", Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			l, err := e.learnerOf(ctx)
			if err != nil {
				return err
			}
			return l.Learn(ctx.Context)
		}),
	}
}

func (e env) learnerOf(ctx *cli.Context) (*slots.Learner, error) {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return nil, err
	}
	l := &slots.Learner{
		Client: usb.Client{Address: address}, Names: command.List(ctx, "names"),
		Read: e.slots, Keep: e.keepSlots, Stdout: e.Stdout,
	}
	if l.Names == nil {
		if _, terminal := terminal.Of(e.Stdin); !terminal {
			return nil, command.Usage("--names A1,A2,A3 gives names without being asked", "stdin is not a terminal")
		}
		l.Ask = terminal.NewPrompt(e.Stdin)
	}
	for i, name := range l.Names {
		if slices.Contains(l.Names[:i], name) {
			return nil, command.Usage("", "--names has %q twice", name)
		}
	}
	return l, nil
}
