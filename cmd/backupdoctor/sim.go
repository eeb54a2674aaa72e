package main

import (
	"fmt"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/urfave/cli/v2"
)

// simCommand is hidden: it is for testing programs that talk to devices.
func simCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "sim",
		Usage:     "serve simulated devices to any usbmuxd client",
		ArgsUsage: "DIR",
		Hidden:    true,
		Description: "DIR has one folder per device, as in testdata/devices, and may have a tray.plist with\n" +
			"faults of usbmuxd itself. Ctrl-C stops it.\n\n" + command.Examples(
			"backupdoctor sim --listen 127.0.0.1:27015 testdata/devices",
			"USBMUXD_SOCKET_ADDRESS=127.0.0.1:27015 ideviceinfo -s",
		),
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "copies", Usage: "fill the tray with `NUMBER` of each device", Value: 1},
			&cli.DurationFlag{Name: "latency", Usage: "`TIME` of a round trip to each device", DefaultText: "that of its folder"},
			&cli.IntFlag{Name: "hub", Usage: "let the hub fail above `NUMBER` devices at a time"},
			&cli.BoolFlag{Name: "network", Usage: "attach the devices over Wi-Fi in place of USB", DisableDefaultText: true},
			&cli.StringFlag{Name: "listen", Usage: "`ADDRESS` to serve: UNIX:/path or host:port", Value: "127.0.0.1:27015"},
		},
		Action: command.Takes(1, func(ctx *cli.Context) error {
			folder := os.DirFS(ctx.Args().First())
			devices, err := sim.Load(folder)
			if err != nil {
				return err
			}
			faults, err := sim.LoadFaults(folder)
			if err != nil {
				return err
			}
			if ctx.IsSet("latency") {
				for _, d := range devices {
					d.Latency = ctx.Duration("latency")
				}
			}
			if ctx.Bool("network") {
				for _, d := range devices {
					d.Connections = []string{"Network"}
				}
			}
			devices = copiesOf(devices, ctx.Int("copies"))
			tray, err := sim.New(time.Now, devices...)
			if err != nil {
				return err
			}
			tray.Faults = faults
			if limit := ctx.Int("hub"); limit > 0 {
				tray.Faults = append(tray.Faults, sim.Fault{Kind: sim.WeakHub, Count: limit})
			}
			listener, err := sim.Listen(ctx.String("listen"))
			if err != nil {
				return err
			}
			fmt.Fprintf(e.Stderr, "serving %s at %s\n", words.Count(len(devices), "device"), listener.Addr())
			return tray.Serve(ctx.Context, listener)
		}),
	}
}

// copiesOf returns this many copies of every device, each with a name and a port of its own.
func copiesOf(devices []*sim.Device, copies int) []*sim.Device {
	if copies <= 1 {
		return devices
	}
	var tray []*sim.Device
	for range copies {
		for _, d := range devices {
			n := len(tray)
			clone := d.Clone(n)
			clone.LocationID = uint32(n + 1)
			tray = append(tray, clone)
		}
	}
	return tray
}
