package main

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func selfCheckCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "self-check",
		Usage: "check whether this computer is ready to read devices",
		Description: "Looks at usbmuxd, pair records, folders of backups, free room, the clock, the table of\n" +
			"releases and the history. It asks no device anything and changes nothing. What could not be\n" +
			"seen is unknown, not ok.\n\n" +
			command.Examples(
				"backupdoctor self-check           what is wrong with this computer, and what to do",
				"backupdoctor self-check --json    the same for a program",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "usbmux", Category: deviceFlags, Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
			&cli.DurationFlag{Name: "timeout", Category: deviceFlags, Usage: "`TIME` to wait for usbmuxd", Value: 5 * time.Second},
		}, placeFlags(), tableOrJSON.Flags(reportFlags), displayFlags()),
		Action: command.Takes(0, e.selfCheck),
	}
}

func (e env) selfCheck(ctx *cli.Context) error {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return err
	}
	if ctx.Duration("timeout") <= 0 {
		return command.Usage("", "--timeout must be positive")
	}
	places, err := e.placesOf(ctx)
	if err != nil {
		return err
	}
	options, err := e.display(ctx)
	if err != nil {
		return err
	}
	client := usb.Client{Address: address, Timeout: ctx.Duration("timeout")}
	look := scan.ThisComputer{Env: e.Env, Client: client, Places: places}
	if look.ReleasesFile, err = e.releasesPath(); err != nil {
		look.ReleasesFile = "" // no folder, so no copy
	}
	check := report.NewSelfCheck(look.Look(ctx.Context), command.Version())
	if ctx.Context.Err() != nil {
		return command.Exit{Code: report.ExitInterrupted, Err: errors.New("interrupted")}
	}
	if err := e.printTable(ctx, check, func(w io.Writer) error { return format.WriteSelfCheck(w, check, options) }); err != nil {
		return err
	}
	if check.Exit.Code != report.ExitNoProblem {
		return command.Exit{Code: check.Exit.Code}
	}
	return nil
}
