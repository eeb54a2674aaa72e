package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/testdata"
	"github.com/urfave/cli/v2"
)

// demoTray names the devices of the demo: a healthy one, then one for each of some problems.
var demoTray = []string{
	"healthy-iphone",
	"icloud-backup-off",
	"storage-low",
	"managed-ipad",
	"restoring",
	"gps-rollover-iphone5",
	"not-trusted",
}

func demoCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "scan simulated devices, to see what a scan shows",
		Description: "The devices are simulated; everything else is as in a scan: they are found and read through\n" +
			"a socket, by the same code.\n\n" +
			command.Examples(
				"backupdoctor demo",
				"backupdoctor demo --json",
			),
		Flags: slices.Concat(checkFlags(), outputFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			r, err := e.reportingOf(ctx)
			if err != nil {
				return err
			}
			return e.demo(ctx.Context, r)
		}),
	}
}

// demo serves a simulated tray for as long as it takes to examine it.
func (e env) demo(ctx context.Context, r reporting) error {
	devices, err := demoDevices()
	if err != nil {
		return err
	}
	tray, err := sim.New(time.Now, devices...)
	if err != nil {
		return err
	}
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	serving, unplug := context.WithCancel(context.WithoutCancel(ctx))
	go func() { served <- tray.Serve(serving, listener) }()

	fmt.Fprintf(e.screen, "these %s are simulated; to examine your own, run backupdoctor scan\n\n", words.Count(len(devices), "device"))
	err = scan.Pipe{
		Source: scan.Attached{Examination: scan.Examination{
			Client: usb.Client{Address: listener.Addr().String(), Timeout: 20 * time.Second},
			Pool:   scan.NewPool(len(devices), nil), Table: demoReleases(), Screen: e.screen,
		}},
		Judge: r.judge,
		Sinks: r.sinks(e, r.live(e)...),
	}.Run(ctx)
	unplug()
	return errors.Join(err, <-served)
}

// demoReleases returns a release table as old as the simulated devices. By a newer one, the healthy
// device would be out of date.
func demoReleases() releases.Table { return releases.BuiltIn(testdata.Releases) }

func demoDevices() ([]*sim.Device, error) {
	folder, err := fs.Sub(testdata.Devices, "devices")
	if err != nil {
		return nil, err
	}
	all, err := sim.Load(folder, demoTray...)
	if err != nil {
		return nil, err
	}
	var tray []*sim.Device
	for slot, name := range demoTray {
		i := slices.IndexFunc(all, func(d *sim.Device) bool { return d.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("the simulated device %s is missing", name)
		}
		all[i].LocationID = uint32(slot + 1) // devices are listed by port
		tray = append(tray, all[i])
	}
	return tray, nil
}
