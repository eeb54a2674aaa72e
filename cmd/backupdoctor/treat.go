package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/treat"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func treatCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "treat",
		Usage: "lead through the remedies for one device until it backs up",
		Description: "Examines the device and shows the first step of its plan. A step that can be seen to be done\n" +
			"needs no key: a switch, Wi-Fi, free room, an update, a restart, trust, a removed profile.\n" +
			"Otherwise press Enter; s skips a step, ? says why, q stops. After each step the device is\n" +
			"read again, and at the end the backup is followed in its log. Only the date of a new iCloud\n" +
			"backup closes the repair.\n\n" +
			"What only a person has seen is given with --answers or --message, as for scan.\n\n" +
			"Steps that permanently lose something are locked until a copy on this computer is proved\n" +
			"whole; treat offers to make one, as backup does. Typing the device's name unlocks a step\n" +
			"without a copy.\n\n" +
			"Every event is stored in the history before the next step is shown. The next treat of the\n" +
			"device continues an interrupted repair. A repair that could not be confirmed stays open\n" +
			"until a scan, watch or bench sees a new iCloud backup.\n\n" +
			command.Examples(
				"backupdoctor treat --udid A3 --by K.         lead through the repair of one device",
				"backupdoctor treat -o ticket=a3.txt          and write half a page about it",
				"backupdoctor treat --answers a3.txt          begin with what a person has seen",
				"backupdoctor treat --no-input                print the steps; exits as scan does",
				"backupdoctor treat --open                    repairs without a new backup so far",
			),
		Flags: treatFlags(),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			if err := command.Conflict(ctx, [2]string{"open", "udid"}, [2]string{"open", "no-input"}, [2]string{"open", "by"}, [2]string{"no-input", "pair"}); err != nil {
				return err
			}
			if ctx.Bool("open") {
				return e.listRepairs(ctx)
			}
			pipe, err := e.treatmentOf(ctx)
			if err != nil {
				return err
			}
			return pipe.Run(ctx.Context)
		}),
	}
}

func treatFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "treat the device with this `UDID`, name, serial or tag"},
		&cli.StringFlag{Name: "by", Category: deviceFlags, Usage: "record `NAME` as the person doing the repair"},
		command.Option(deviceFlags, "open", "list the repairs that no new backup has confirmed yet"),
		command.Option(deviceFlags, "no-input", "print the steps, and never wait for a person"),
		command.Option(deviceFlags, "pair", "ask an untrusted device to show the Trust dialog, and wait"),
		&cli.DurationFlag{Name: "for", Category: deviceFlags, Usage: "follow a backup for at most `TIME`", Value: listenFor},
		&cli.StringFlag{Name: "to", Category: backupFlags, Usage: "library of copies in `DIR`", DefaultText: "backupdoctor/backups in the data folder"},
		&cli.IntFlag{Name: "keep", Category: backupFlags, Usage: "`NUMBER` of proved copies of a device to keep", Value: 1},
	}, usbFlags(), labelFlags(), answerFlags(), placeFlags(), passwordFlags(), checkFlags(), renderFlags())
}

// lookEvery is how often treat reads a device while a person works on it.
const lookEvery = 2 * time.Second

// maxBy limits the name of a person, in bytes.
const maxBy = 100

// treatmentOf reads treatFlags.
func (e env) treatmentOf(ctx *cli.Context) (pipe scan.Pipe, err error) {
	switch {
	case ctx.Duration("for") <= 0:
		return pipe, command.Usage("", "--for must be positive")
	case ctx.Int("keep") < 1:
		return pipe, command.Usage("", "--keep must be at least 1")
	case len(ctx.String("by")) > maxBy:
		return pipe, command.Usage("", "--by may have at most %d bytes", maxBy)
	case ctx.String("answers") == "-" && !ctx.Bool("no-input"):
		return pipe, command.Usage("", "--answers cannot be stdin, from which treat reads its keys")
	}
	asked := slices.ContainsFunc(ctx.StringSlice("o"), func(o string) bool { return !strings.Contains(o, "=") }) || ctx.Bool("json") || ctx.Bool("plain")
	if !asked {
		if err := ctx.Set("o", "ticket"); err != nil {
			return pipe, err
		}
	}
	r, err := e.reportingOf(ctx)
	if err != nil {
		return pipe, err
	}
	x, err := e.examinationOf(ctx, r.table)
	if err != nil {
		return pipe, err
	}
	udids, err := x.Resolve(ctx.Context, command.List(ctx, "udid"))
	if err != nil {
		return pipe, err
	}
	answers, err := e.answersOf(ctx)
	if err != nil {
		return pipe, err
	}
	pipe = scan.Pipe{Judge: r.judge, Inventory: x.Labels.Inventory}
	if ctx.Bool("no-input") {
		if pipe.Sinks, err = e.stepSinks(ctx, r, asked); err != nil {
			return pipe, err
		}
		attached := scan.Attached{Examination: x, UDIDs: udids}
		if len(answers) > 0 {
			attached.More = []scan.More{scan.Answers(answers)}
		}
		pipe.Source = attached
		return pipe, nil
	}
	pipe.Sinks = r.sinks(e)
	display, err := e.displayOn(ctx, e.Stderr)
	if err != nil {
		return pipe, err
	}
	pipe.Source = scan.Treatment{
		Examination: x, UDIDs: udids, By: report.Clean(ctx.String("by")), Answers: answers, Keep: ctx.Int("keep"), Listen: ctx.Duration("for"), Every: lookEvery,
		Library:     func() (library.Library, error) { return e.libraryToWrite(ctx.String("to")) },
		AskPassword: e.askPassword(),
		Typist:      terminal.NewTypist(terminal.NewPrompt(e.Stdin)),
		Printer:     terminal.NewLogPrinter(e.screen, display),
		Page:        treat.Page{Width: display.Width, UTF8: display.UTF8, Zone: e.Zone},
	}
	kept, err := e.keepsHistory(ctx)
	if err != nil {
		return pipe, err
	}
	if kept {
		pipe.Sinks = append([]scan.Sink{scan.History(scan.Keeper{Env: e.Env, Screen: e.screen})}, pipe.Sinks...)
	} else {
		io.WriteString(e.screen, "no history is kept, so this repair cannot be resumed\n")
	}
	return pipe, nil
}

// stepSinks returns the sinks of a run that only prints the steps: to stdout, unless asked says that
// another format goes there.
func (e env) stepSinks(ctx *cli.Context, r reporting, asked bool) ([]scan.Sink, error) {
	if asked {
		return r.sinks(e), nil
	}
	r.outputs = slices.DeleteFunc(r.outputs, func(o scan.Output) bool { return output.IsStdout(o.Path) })
	display, err := e.display(ctx)
	if err != nil {
		return nil, err
	}
	page := treat.Page{Width: display.Width, UTF8: display.UTF8, Zone: e.Zone}
	return r.sinks(e, scan.Sink{Report: func(rep report.Report, _ device.Recording) error {
		for i, d := range rep.Devices {
			if i > 0 {
				fmt.Fprintln(e.Stdout)
			}
			if _, err := io.WriteString(e.Stdout, page.Steps(d)); err != nil {
				return err
			}
		}
		return nil
	}}), nil
}

// listRepairs lists the open repairs.
func (e env) listRepairs(ctx *cli.Context) error {
	options, err := e.display(ctx)
	if err != nil {
		return err
	}
	return e.withHistory(ctx.Context, func(store *ledger.Store) error {
		open, err := store.OpenRepairs(ctx.Context)
		if err != nil {
			return err
		}
		list := report.RepairList{Header: report.NewHeader(report.KindRepairs), Repairs: open}
		if ctx.Bool("json") {
			return document(list)(e.Stdout)
		}
		return format.WriteRepairs(e.Stdout, list, options)
	})
}
