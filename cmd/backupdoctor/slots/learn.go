// Package slots learns the names of the places of a tray, from a person who plugs one device along
// it.
package slots

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Learner learns the names of places. Each name is kept as soon as it is given.
type Learner struct {
	Door   usb.Door
	Names  []string        // to give, in this order; nil to ask for them
	Ask    terminal.Prompt // if there are no Names
	Read   func() (labels.Slots, error)
	Keep   func(labels.Slots) error
	Stdout io.Writer

	slots labels.Slots
}

// errLearned ends the learning: there is no place left to name, or the person has had
// enough.
var errLearned = errors.New("learned")

// Learn names the place of each device that is plugged in, until there are enough.
func (l *Learner) Learn(ctx context.Context) error {
	var err error
	if l.slots, err = l.Read(); err != nil {
		return err
	}
	fmt.Fprintln(l.Stdout, "plug a device into the first place, or leave it there; then along the tray, one place after the other")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var ended error
	err = l.Door.Watch(ctx, func(c usb.Change) {
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
func (l *Learner) place(ctx context.Context, a usb.Attached) error {
	port := labels.PortOf(uint64(a.Location), scan.USBDevices())
	if port == "" {
		fmt.Fprintln(l.Stdout, "usbmuxd does not tell at which port this device is, so its place cannot be learned")
		return nil
	}
	known := l.slots.Name(port)
	if l.Names != nil {
		return l.give(port, known)
	}
	for {
		proposal := cmp.Or(known, nextName(l.slots))
		fmt.Fprintf(l.Stdout, "port %s, name [%s]: ", port, proposal)
		text, err := l.Ask.Line(ctx)
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
func (l *Learner) give(port, known string) error {
	if slices.Contains(l.Names, known) && l.slots.Port(known) == port {
		return nil
	}
	i := slices.IndexFunc(l.Names, func(name string) bool { return l.slots.Port(name) == "" })
	if i < 0 {
		return errLearned
	}
	if err := l.keep(port, l.Names[i]); err != nil {
		return err
	}
	fmt.Fprintf(l.Stdout, "port %s is %s\n", port, l.Names[i])
	if i == len(l.Names)-1 {
		return errLearned
	}
	return nil
}

// keep names a port. It reads the file again first: another program may have changed it.
func (l *Learner) keep(port, name string) error {
	slots, err := l.Read()
	if err != nil {
		return err
	}
	if slots, err = slots.With(port, name); err != nil {
		return err
	}
	l.slots = slots
	return l.Keep(slots)
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
