package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func watchCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "watch",
		Usage: "examine each device as it is plugged in",
		Description: "Goes on until Ctrl-C, or --until NUMBER of visits. What was found on a device is shown until\n" +
			"it is unplugged; one that is back within five seconds is on the same visit. At the end the\n" +
			"visits are counted by what is wrong, and every -o FORMAT=FILE is written.\n\n" +
			"--exec runs a command after each visit, several at once if need be. It has the report of the\n" +
			"visit as JSON on stdin, and in its environment BACKUPDOCTOR_UDID, _SERIAL, _NAME, _SLOT,\n" +
			"_LOCATION, _VERDICT, _HEADLINE, _CAUSES, _LAST_BACKUP, _RUN and _EXIT_CODE.\n\n" +
			"usbmuxd may end and come back meanwhile: it is waited for.\n\n" +
			examples(
				"backupdoctor watch                            a tray, all day",
				"backupdoctor watch --until 24 -o csv=cart.csv  a cart of 24, one after the other",
				"backupdoctor watch -o ndjson | jq -c 'select(.event == \"device_done\") | .device.headline'",
				"backupdoctor watch --exec 'label-printer \"$BACKUPDOCTOR_SLOT: $BACKUPDOCTOR_VERDICT\"'",
			),
		Flags: watchFlags(),
		Action: takes(0, func(ctx *cli.Context) error {
			w, err := s.watchingOf(ctx)
			if err != nil {
				return err
			}
			return w.run(ctx.Context)
		}),
	}
}

// commandsAtOnce is how many commands of --exec run at the same time.
const commandsAtOnce = 4

const watchHeading = "After each visit"

func watchFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "until", Category: deviceFlags, Usage: "end after this `NUMBER` of visits"},
		option(deviceFlags, "pair", "ask untrusted devices to show the Trust dialog, and wait"),
		option(deviceFlags, "sizes", "measure the apps too: some seconds for each device"),
		&cli.StringFlag{Name: "exec", Category: watchHeading, Usage: "run the shell `COMMAND`"},
		&cli.DurationFlag{Name: "exec-timeout", Category: watchHeading, Usage: "`TIME` that the command may take for one device", Value: 5 * time.Minute},
		option(watchHeading, "notify", "show a notice on the desktop, in place of the terminal's bell"),
		option(watchHeading, "no-bell", "do not ring the terminal's bell"),
	}, historyFlags(), doorFlags(), labelFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// watchingOf reads watchFlags.
func (s surroundings) watchingOf(ctx *cli.Context) (*watching, error) {
	w := &watching{until: ctx.Int("until")}
	w.after.bell, w.after.notify = !ctx.Bool("no-bell"), ctx.Bool("notify")
	if command := ctx.String("exec"); command != "" {
		w.after.hook = &hook.Hook{
			Command: command, Environ: s.environForPrograms(),
			Timeout: ctx.Duration("exec-timeout"), Slots: make(chan struct{}, commandsAtOnce),
		}
	}
	if ctx.Duration("exec-timeout") <= 0 {
		return w, usageError("", "--exec-timeout must be longer than nothing")
	}
	if ctx.IsSet("until") && w.until < 1 {
		return w, usageError("", "--until must be at least 1")
	}
	sc, err := s.judgingOf(ctx)
	if err != nil {
		return w, err
	}
	if sc.door, err = s.doorOf(ctx); err != nil {
		return w, err
	}
	if sc.labelling, err = s.labellingOf(ctx); err != nil {
		return w, err
	}
	sc.pool = poolOf(ctx.Int("jobs"))
	sc.pair = ctx.Bool("pair")
	sc.historic = !ctx.Bool("no-history")
	if ctx.Bool("sizes") {
		sc.wants |= usb.Sizes
	}
	if !ctx.IsSet("o") && !ctx.Bool("json") {
		sc.outputs[0].format = "summary" // the plans of a day's devices are nothing for a terminal
	}
	w.scan, err = s.withBackups(ctx, sc)
	return w, err
}
