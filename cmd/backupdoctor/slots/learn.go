// Package slots learns the names of the slots of a tray while a person plugs one device into
// each in turn.
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

// A Learner learns slot names. Each name is saved as soon as it is given.
type Learner struct {
	Client usb.Client
	Names  []string        // names to give, in this order; nil to ask for them
	Ask    terminal.Prompt // used if there are no Names
	Read   func() (labels.Slots, error)
	Keep   func(labels.Slots) error
	Stdout io.Writer

	slots labels.Slots
	lines <-chan line // lines typed; nil if there are Names
}

// errLearned ends learning: all names are assigned, or the person quit.
var errLearned = errors.New("learned")

// Learn names the port of each device that is plugged in, until all names are assigned or the
// person quits.
func (l *Learner) Learn(ctx context.Context) error {
	var err error
	if l.slots, err = l.Read(); err != nil {
		return err
	}
	fmt.Fprintln(l.Stdout, "plug a device into the first slot, or leave it there; then along the tray, slot by slot")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changes, watched := make(chan usb.Change), make(chan error, 1)
	go func() {
		watched <- l.Client.Watch(ctx, func(c usb.Change) {
			select {
			case changes <- c:
			case <-ctx.Done():
			}
		})
	}()
	if l.Names == nil {
		l.lines = l.read(ctx)
	}
	for {
		select {
		case err := <-watched:
			if err == nil {
				return nil
			}
			gap := device.GapOf(err)
			return scan.NoMux(report.Gap{Reason: string(gap.Reason), Summary: gap.Error()}, runtime.GOOS)
		case c := <-changes:
			if c.Gone || c.Paired || c.Attached.Connection != device.USB {
				continue
			}
			if err := l.place(ctx, c.Attached); err != nil {
				return unlessLearned(err)
			}
		case line := <-l.lines:
			if line.err != nil || line.text == "" || line.text == "q" {
				return unlessLearned(cmp.Or(line.err, errLearned))
			}
			fmt.Fprintln(l.Stdout, "there is no slot to name: plug a device into one, or press Enter to end")
		}
	}
}

// A line is one line typed by the person.
type line struct {
	text string
	err  error
}

// read reads lines, in the background, until reading fails.
func (l *Learner) read(ctx context.Context) <-chan line {
	lines := make(chan line)
	go func() {
		for {
			text, err := l.Ask.Line(ctx)
			select {
			case lines <- line{text, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// unlessLearned returns nil for errLearned, the end of input and cancellation, and any other error
// unchanged.
func unlessLearned(err error) error {
	if errors.Is(err, errLearned) || errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// place names the port of one device.
func (l *Learner) place(ctx context.Context, a usb.Attached) error {
	port := labels.PortOf(uint64(a.Location), scan.USBDevices())
	if port == "" {
		fmt.Fprintln(l.Stdout, "usbmuxd does not report the port of this device, so its slot cannot be learned")
		return nil
	}
	known := l.slots.Name(port)
	if l.Names != nil {
		return l.give(port, known)
	}
	for {
		proposal := cmp.Or(known, nextName(l.slots))
		fmt.Fprintf(l.Stdout, "port %s, name [%s]: ", port, proposal)
		var typed line
		select {
		case typed = <-l.lines:
		case <-ctx.Done():
			return errLearned
		}
		if typed.err != nil || typed.text == "q" {
			fmt.Fprintln(l.Stdout)
			return cmp.Or(typed.err, errLearned)
		}
		err := l.keep(port, cmp.Or(typed.text, proposal))
		if err == nil {
			fmt.Fprintln(l.Stdout, "kept; plug a device into the next slot, or press Enter to end")
			return nil
		}
		fmt.Fprintln(l.Stdout, err)
	}
}

// give assigns the next free name. A port that already has one of l.Names is skipped.
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

// keep saves the name of a port. It rereads the file first, as another program may have changed
// it.
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

// nextName proposes a name: the first number that is not in use.
func nextName(slots labels.Slots) string {
	for n := 1; ; n++ {
		name := fmt.Sprint(n)
		if !slices.ContainsFunc(slots.List(), func(slot labels.Slot) bool { return slot.Name == name }) {
			return name
		}
	}
}
