package main

import (
	"os"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func sysdiagnoseCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "sysdiagnose",
		Usage: "have a device gather a sysdiagnose, fetch it and say why its backups fail",
		Description: "A sysdiagnose contains what a cable does not show: the results of the last attempts, and\n" +
			"which condition was missing in the nights before. Only a person can start one, with the\n" +
			"device's buttons. The archive, a few hundred megabytes, is copied to a folder on this\n" +
			"computer and then read as by scan --sysdiagnose. The device keeps it, too.\n\n" +
			"A copy that is interrupted, for example by a pulled cable, resumes when the device is back,\n" +
			"also in a later run. The archive reveals a lot about its owner: delete the copy when it is\n" +
			"no longer needed.\n\n" +
			command.Examples(
				"backupdoctor sysdiagnose                 wait for one that is started now",
				"backupdoctor sysdiagnose --last          fetch the newest archive on the device",
				"backupdoctor sysdiagnose --to /mnt/cases --json",
				"backupdoctor scan --sysdiagnose FILE     read one that was fetched already",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "udid", Category: deviceFlags, Usage: "take the device with this `UDID`, name, serial or tag"},
			command.Option(deviceFlags, "last", "fetch the newest archive on the device, and do not wait for another"),
			&cli.StringFlag{Name: "to", Category: deviceFlags, Usage: "copy the archive into `DIR`", Value: "."},
			&cli.DurationFlag{Name: "wait", Category: deviceFlags, Usage: "`TIME` to wait for an archive, or for the device to come back", Value: 30 * time.Minute},
		}, usbFlags(), labelFlags(), checkFlags(), outputFlags()),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			client, err := e.clientOf(ctx)
			if err != nil {
				return err
			}
			r, err := e.reportingOf(ctx)
			if err != nil {
				return err
			}
			fetch := scan.Fetch{
				Client: client, Network: ctx.Bool("network"), Screen: e.screen, Folder: ctx.String("to"), Wait: ctx.Duration("wait"),
				Files: r.files, Last: ctx.Bool("last"),
			}
			if fetch.Wait <= 0 {
				return command.Usage("", "--wait must be positive")
			}
			if info, err := os.Stat(fetch.Folder); err != nil || !info.IsDir() {
				return command.Usage("", "there is no folder %q", fetch.Folder)
			}
			named, err := e.deviceNamed(ctx, client)
			if err != nil {
				return err
			}
			attached, path, err := fetch.Run(ctx.Context, named)
			if err != nil {
				return err
			}
			return scan.Pipe{
				Source: scan.Attached{
					Examination: scan.Examination{Client: client, Network: fetch.Network, Pool: scan.NewPool(1, nil), Table: r.table, Screen: e.screen},
					UDIDs:       []string{attached.UDID},
					Archives:    scan.Archives{Paths: []string{path}, Of: attached.UDID},
				},
				Judge: r.judge,
				Sinks: r.sinks(e, r.live(e)...),
			}.Run(ctx.Context)
		}),
	}
}

// deviceNamed returns the UDID of the device that --udid names, or "" without the flag.
func (e env) deviceNamed(ctx *cli.Context, client usb.Client) (string, error) {
	word := ctx.String("udid")
	if word == "" {
		return "", nil
	}
	labels, err := e.labelsOf(ctx)
	if err != nil {
		return "", err
	}
	udids, err := scan.Examination{Client: client, Pool: scan.NewPool(0, nil), Labels: labels}.Resolve(ctx.Context, []string{word})
	if err != nil {
		return "", err
	}
	return udids[0], nil
}

// archiveFlags select sysdiagnose archives to read.
func archiveFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "sysdiagnose", Category: moreHeading, Usage: "also read the sysdiagnose archive `FILE`; may be repeated"},
	}
}
