package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/urfave/cli/v2"
)

// mdmFlags name an MDM's export, which adds the devices that are not attached.
func mdmFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "mdm", Category: deviceFlags, Usage: "also list devices that the MDM export in `FILE` has: CSV"},
		&cli.StringSliceFlag{Name: "mdm-columns", Category: deviceFlags, Usage: "its columns as `NAME=HEAD`: " + strings.Join(labels.MDMColumns(), ", "), DefaultText: "their usual heads"},
	}
}

// managedOf reads mdmFlags. An export without dates of its own is dated by the file's
// modification time, or now for stdin. The result is nil without an export.
func (e env) managedOf(ctx *cli.Context) ([]device.Managed, error) {
	path := ctx.String("mdm")
	columns, err := mdmColumnsOf(ctx)
	if err != nil {
		return nil, err
	}
	if path == "" {
		if len(columns) > 0 {
			return nil, command.Usage(command.HelpHint(ctx), "--mdm-columns needs --mdm FILE")
		}
		return nil, nil
	}
	made := time.Now()
	if info, err := os.Stat(path); path != "-" && err == nil {
		made = info.ModTime()
	}
	managed := []device.Managed{}
	err = e.readNamed(ctx, path, func(from io.Reader) error {
		list, err := labels.ReadMDM(from, columns, made)
		if err != nil {
			return command.Usage("--mdm-columns serial=HEAD,last-backup=HEAD names its columns", "%s: %w", path, err)
		}
		managed = append(managed, list...)
		return nil
	})
	return managed, err
}

// mdmColumnsOf reads --mdm-columns.
func mdmColumnsOf(ctx *cli.Context) (map[string]string, error) {
	columns := map[string]string{}
	for _, text := range command.List(ctx, "mdm-columns") {
		name, head, named := strings.Cut(text, "=")
		if !named || head == "" || !slices.Contains(labels.MDMColumns(), name) {
			return nil, command.Usage("use NAME=HEAD with NAME one of "+strings.Join(labels.MDMColumns(), ", "), "--mdm-columns %q names no column", text)
		}
		columns[name] = head
	}
	return columns, nil
}
