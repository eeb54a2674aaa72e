package main

import (
	"fmt"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/urfave/cli/v2"
)

// simCommand is hidden: it is for those who test programs that talk to devices.
func simCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "sim",
		Usage:     "serve simulated devices to any usbmuxd client",
		ArgsUsage: "DIR",
		Hidden:    true,
		Description: "DIR holds one folder per device, as in testdata/devices. Ctrl-C ends it.\n\n" + examples(
			"backupdoctor sim --listen 127.0.0.1:27015 testdata/devices",
			"USBMUXD_SOCKET_ADDRESS=127.0.0.1:27015 ideviceinfo -s",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "`ADDRESS` to serve: UNIX:/path or host:port", Value: "127.0.0.1:27015"},
		},
		Action: takes(1, func(ctx *cli.Context) error {
			devices, err := sim.Load(os.DirFS(ctx.Args().First()))
			if err != nil {
				return err
			}
			tray, err := sim.New(time.Now, devices...)
			if err != nil {
				return err
			}
			listener, err := sim.Listen(ctx.String("listen"))
			if err != nil {
				return err
			}
			fmt.Fprintf(s.stderr, "serving %s at %s\n", countOf(len(devices)), listener.Addr())
			return tray.Serve(ctx.Context, listener)
		}),
	}
}
