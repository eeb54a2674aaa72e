package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func learnSlotsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "learn",
		Usage: "plug one device along the tray, and name each place",
		Description: "Each name is kept as soon as it is given. q, Ctrl-D or Ctrl-C ends it; with --names it ends\n" +
			"with the last name.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "names", Usage: "give these `NAMES`, separated by commas, in the order in which places are used"},
			&cli.StringFlag{Name: "usbmux", Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
		},
		Action: command.Takes(0, func(ctx *cli.Context) error {
			l, err := e.learnerOf(ctx)
			if err != nil {
				return err
			}
			return l.learn(ctx.Context)
		}),
	}
}

// A learner learns the names of places.
type learner struct {
	env
	door  usb.Door
	names []string // to give, in this order; nil to ask for them
	ask   terminal.Prompt
	slots labels.Slots
}

func (e env) learnerOf(ctx *cli.Context) (learner, error) {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return learner{}, err
	}
	l := learner{env: e, door: usb.Door{Address: address}, names: command.List(ctx, "names")}
	if l.slots, err = e.slots(); err != nil {
		return learner{}, err
	}
	if l.names == nil {
		if _, terminal := terminal.Of(e.Stdin); !terminal {
			return learner{}, command.Usage("--names A1,A2,A3 gives names without being asked", "nobody is there to be asked")
		}
		l.ask = terminal.NewPrompt(e.Stdin)
	}
	for i, name := range l.names {
		if slices.Contains(l.names[:i], name) {
			return learner{}, command.Usage("", "--names has %q twice", name)
		}
	}
	return l, nil
}

// errLearned ends the learning: there is no place left to name, or the person has had
// enough.
var errLearned = errors.New("learned")

// learn names the place of each device that is plugged in, until there are enough.
func (l *learner) learn(ctx context.Context) error {
	fmt.Fprintln(l.Stdout, "plug a device into the first place, or leave it there; then along the tray, one place after the other")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var ended error
	err := l.door.Watch(ctx, func(c usb.Change) {
		if c.Gone || c.Paired || c.Attached.Connection != device.USB || ended != nil {
			return
		}
		if ended = l.place(ctx, c.Attached); ended != nil {
			stop()
		}
	})
	switch {
	case err != nil:
		gap := device.GapOf(err)
		return scan.NoMux(report.Gap{Reason: string(gap.Reason), Summary: gap.Error()}, runtime.GOOS)
	case ended == nil || errors.Is(ended, errLearned):
		return nil
	default:
		return ended
	}
}

// place names the place of one device.
func (l *learner) place(ctx context.Context, a usb.Attached) error {
	port := labels.PortOf(uint64(a.Location), scan.USBDevices())
	if port == "" {
		fmt.Fprintln(l.Stdout, "usbmuxd does not tell at which port this device is, so its place cannot be learned")
		return nil
	}
	known := l.slots.Name(port)
	if l.names != nil {
		return l.give(port, known)
	}
	for {
		proposal := cmp.Or(known, nextName(l.slots))
		fmt.Fprintf(l.Stdout, "port %s, name [%s]: ", port, proposal)
		text, err := l.ask.Line(ctx)
		switch {
		case errors.Is(err, io.EOF), ctx.Err() != nil, text == "q":
			fmt.Fprintln(l.Stdout)
			return errLearned
		case err != nil:
			return err
		}
		if err = l.keep(port, cmp.Or(text, proposal)); err == nil {
			fmt.Fprintln(l.Stdout, "kept; the next place, or q")
			return nil
		}
		fmt.Fprintln(l.Stdout, err)
	}
}

// give gives the next name. A place that has been named in this run already is passed over.
func (l *learner) give(port, known string) error {
	if slices.Contains(l.names, known) && l.slots.Port(known) == port {
		return nil
	}
	i := slices.IndexFunc(l.names, func(name string) bool { return l.slots.Port(name) == "" })
	if i < 0 {
		return errLearned
	}
	if err := l.keep(port, l.names[i]); err != nil {
		return err
	}
	fmt.Fprintf(l.Stdout, "port %s is %s\n", port, l.names[i])
	if i == len(l.names)-1 {
		return errLearned
	}
	return nil
}

// keep names a port. It reads the file again first: another program may have changed it.
func (l *learner) keep(port, name string) error {
	slots, err := l.env.slots()
	if err != nil {
		return err
	}
	if slots, err = slots.With(port, name); err != nil {
		return err
	}
	l.slots = slots
	return l.keepSlots(slots)
}
