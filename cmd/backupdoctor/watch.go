package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/urfave/cli/v2"
)

func watchCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "watch",
		Usage: "examine each device as it is plugged in",
		Description: "Runs until Ctrl-C, or until --until NUMBER visits have ended. A device's result is shown\n" +
			"until it is unplugged; if it is back within five seconds, the visit goes on. At the end the\n" +
			"visits are counted by what is wrong, and every -o FORMAT=FILE is written.\n\n" +
			"--exec runs a command after each visit; several may run at the same time. Each gets the\n" +
			"visit's report as JSON on stdin, and in its environment BACKUPDOCTOR_UDID, _SERIAL, _NAME,\n" +
			"_SLOT, _LOCATION, _VERDICT, _HEADLINE, _CAUSES, _LAST_BACKUP, _RUN and _EXIT_CODE.\n\n" +
			"If usbmuxd stops, watch waits until it is back.\n\n" +
			command.Examples(
				"backupdoctor watch                            a tray, all day",
				"backupdoctor watch --until 24 -o csv=cart.csv  a cart of 24, one after the other",
				"backupdoctor watch -o ndjson | jq -c 'select(.event == \"device_done\") | .device.headline'",
				"backupdoctor watch --exec 'label-printer \"$BACKUPDOCTOR_SLOT: $BACKUPDOCTOR_VERDICT\"'",
			),
		Flags: watchFlags(),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			w, err := e.watchOf(ctx)
			if err != nil {
				return err
			}
			return w.pipe(e, scan.Keeper{Env: e.Env, Screen: e.screen}).Run(ctx.Context)
		}),
	}
}

// commandsAtOnce is how many --exec commands run at the same time.
const commandsAtOnce = 4

func watchFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "until", Category: deviceFlags, Usage: "end after `NUMBER` visits"},
		command.Option(deviceFlags, "pair", "ask untrusted devices to show the Trust dialog, and wait"),
		command.Option(deviceFlags, "sizes", "also measure the apps; takes some seconds per device"),
		&cli.StringFlag{Name: "exec", Category: watchHeading, Usage: "run the shell `COMMAND`"},
		&cli.DurationFlag{Name: "exec-timeout", Category: watchHeading, Usage: "`TIME` limit of the command for one device", Value: 5 * time.Minute},
		command.Option(watchHeading, "notify", "show a notice on the desktop, in place of the terminal's bell"),
		command.Option(watchHeading, "no-bell", "do not ring the terminal's bell"),
	}, historyFlags(), usbFlags(), labelFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// A watch is a parsed command line of watch.
type watch struct {
	reporting
	source scan.Watch
	hooks  scan.Hooks
	kept   bool // kept in the history
}

// watchOf reads watchFlags.
func (e env) watchOf(ctx *cli.Context) (w watch, err error) {
	w.source.Until = ctx.Int("until")
	if ctx.Duration("exec-timeout") <= 0 {
		return w, command.Usage("", "--exec-timeout must be positive")
	}
	if ctx.IsSet("until") && w.source.Until < 1 {
		return w, command.Usage("", "--until must be at least 1")
	}
	if w.reporting, err = e.reportingOf(ctx); err != nil {
		return w, err
	}
	if !ctx.IsSet("o") && !ctx.Bool("json") && len(w.outputs) > 0 {
		w.outputs[0].Format = "summary" // a day's worth of remedies is too long for a terminal
	}
	if w.kept, err = e.keepsHistory(ctx); err != nil {
		return w, err
	}
	w.hooks = e.hooksOf(ctx)
	w.source.Examination, err = e.examinationOf(ctx, w.table)
	return w, err
}

// hooksOf reads the flags for actions after each visit.
func (e env) hooksOf(ctx *cli.Context) scan.Hooks {
	h := scan.Hooks{
		Notify: ctx.Bool("notify"), Bell: !ctx.Bool("no-bell") && !ctx.Bool("notify"), Redacted: ctx.Bool("redact"),
		Environ: e.ChildEnviron(), Screen: e.screen,
	}
	if line := ctx.String("exec"); line != "" {
		h.Hook = &hook.Hook{
			Command: line, Environ: h.Environ, Output: e.screen,
			Timeout: ctx.Duration("exec-timeout"), Slots: make(chan struct{}, commandsAtOnce),
		}
	}
	return h
}

// pipe connects the watch. Results are kept before they are shown; hooks end before the live
// view does.
func (w watch) pipe(e env, keeper scan.Keeper, also ...scan.Sink) scan.Pipe {
	others := slices.Concat([]scan.Sink{w.hooks.Sink()}, w.live(e), w.visits(e), also)
	pipe := scan.Pipe{Source: w.source, Judge: w.judge, Inventory: w.source.Labels.Inventory, Sinks: w.sinks(e, others...)}
	if w.kept {
		pipe.Sinks = append([]scan.Sink{scan.History(keeper)}, pipe.Sinks...)
	}
	return pipe
}

// visits returns the sinks that print the result of each visit, unless that is disabled.
func (w watch) visits(e env) []scan.Sink {
	if w.quiet {
		return nil
	}
	return []scan.Sink{scan.Visits(e.Env, e.screen, w.kept)}
}
