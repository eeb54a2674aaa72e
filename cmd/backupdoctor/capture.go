package main

import (
	"errors"
	"os"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func captureCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "capture",
		Usage:     "write a recording of each attached device, and judge none",
		ArgsUsage: "DIR",
		Description: "DIR is created if needed. Each device gets a file, named after its slot or name. scan\n" +
			"--from DIR makes a report from them, on any computer and at any time.\n\n" +
			command.Examples(
				"backupdoctor capture cart               before the devices go back to class",
				"backupdoctor capture --redact cases     without names and identifiers, to share",
				"backupdoctor scan --from cart",
			),
		Flags: slices.Concat([]cli.Flag{
			command.Option(reportFlags, "redact", "replace names and identifiers with placeholders"),
			command.Option(reportFlags, "force", "overwrite files that exist"),
			command.Option(reportFlags, "quiet", "do not show progress"),
		}, captureFlags()),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			attached, err := e.attachedOf(ctx, e.releases())
			if err != nil {
				return err
			}
			r, err := e.reportingOf(ctx)
			if err != nil {
				return err
			}
			folder := ctx.Args().First()
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return command.Usage("", "%w", err)
			}
			pipe := scan.Pipe{Source: attached, Judge: r.judge, Sinks: append(r.live(e), scan.Capture(folder, r.files, e.Stdout))}
			err = pipe.Run(ctx.Context)
			if ended, ok := errors.AsType[command.Exit](err); ok && ended.Code == report.ExitProblems {
				return nil // findings do not matter here
			}
			return err
		}),
	}
}

// captureFlags are the scan flags that select what is learned.
func captureFlags() []cli.Flag {
	return slices.Concat(learnFlags(), usbFlags(), labelFlags(), placeFlags(), passwordFlags())
}
