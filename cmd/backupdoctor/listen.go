package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/urfave/cli/v2"
)

func listenCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "listen",
		Usage: "follow a backup as it is made, and say why it fails",
		Description: "Says on which page of Settings to tap Back Up Now, then follows the device's log until the\n" +
			"backup has ended, --for is over, or Ctrl-C is pressed. Then it reports as scan does, with\n" +
			"lines of the log as evidence. A log that says nothing is no evidence: it never means that\n" +
			"all is well. Messages about the backup are shown on stderr as they arrive.\n\n" +
			"The device shows much of its log as <private>, but not error codes.\n\n" +
			"--from reads a saved log: from idevicesyslog, pymobiledevice3 or log show, or copied from\n" +
			"the Console app. Times without a zone are read in this computer's time zone.\n\n" +
			command.Examples(
				"backupdoctor listen                       tap Back Up Now, and see the result",
				"backupdoctor listen --for 8h              leave it attached overnight",
				"backupdoctor listen --conditions          power, lock and Wi-Fi as the device sees them",
				"backupdoctor listen --from night.log      read a saved log",
			),
		Flags: listenFlags(),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			pipe, err := e.listenOf(ctx)
			if err != nil {
				return err
			}
			return pipe.Run(ctx.Context)
		}),
	}
}

func listenFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "listen only to the device with this `UDID`, name, serial or tag"},
		&cli.DurationFlag{Name: "for", Category: deviceFlags, Usage: "listen for at most `TIME`", Value: listenFor, DefaultText: "1h; 2m with --conditions"},
		command.Option(deviceFlags, "conditions", "wait for the conditions of the nightly backup, not for a backup"),
		&cli.StringFlag{Name: "from", Category: deviceFlags, Usage: "read a saved log from `FILE` instead of devices; - is stdin"},
	}, usbFlags(), labelFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// How long to listen for a backup, and for conditions.
const (
	listenFor     = time.Hour
	conditionsFor = 2 * time.Minute
)

// listenOf reads listenFlags.
func (e env) listenOf(ctx *cli.Context) (pipe scan.Pipe, err error) {
	l := scan.Listen{Length: ctx.Duration("for"), Conditions: ctx.Bool("conditions"), UDIDs: command.List(ctx, "udid")}
	if l.Conditions && !ctx.IsSet("for") {
		l.Length = conditionsFor
	}
	if l.Length <= 0 {
		return pipe, command.Usage("", "--for must be positive")
	}
	for _, live := range []string{"udid", "usbmux", "for", "conditions", "backups"} {
		if err := command.Conflict(ctx, [2]string{"from", live}); err != nil {
			return pipe, err
		}
	}
	r, err := e.reportingOf(ctx)
	if err != nil {
		return pipe, err
	}
	var lines []scan.Sink
	if !r.quiet {
		lines = []scan.Sink{scan.Lines(e.screen)}
	}
	pipe = scan.Pipe{Judge: r.judge, Sinks: r.sinks(e, lines...)}
	if log := ctx.String("from"); log != "" {
		pipe.Source = scan.Log{Path: log, Stdin: e.Stdin, Table: r.table, Screen: e.screen}
		return pipe, nil
	}
	options, err := e.displayOn(ctx, e.Stderr)
	if err != nil {
		return pipe, err
	}
	l.Printer = terminal.NewLogPrinter(e.screen, options)
	if l.Examination, err = e.examinationOf(ctx, r.table); err != nil {
		return pipe, err
	}
	if l.UDIDs, err = l.Resolve(ctx.Context, l.UDIDs); err != nil {
		return pipe, err
	}
	pipe.Source, pipe.Inventory = l, l.Labels.Inventory
	return pipe, err
}
