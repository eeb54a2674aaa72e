package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func releasesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "releases",
		Usage: "show or update the table of iOS and iPadOS releases",
		Description: "A scan compares each device with the newest release for its model, from a built-in table. An\n" +
			"update is kept in your configuration folder, and used if it is newer.\n\n" +
			command.Examples(
				"backupdoctor releases show                     which table is in use",
				"backupdoctor releases update                   fetch Apple's own list",
				"backupdoctor releases update --from pmv.json   read a copy of that list, without the internet",
			),
		Flags: tableOrJSON.Flags(reportFlags),
		Subcommands: []*cli.Command{
			{
				Name:   "show",
				Usage:  "show which table is in use, and its date",
				Flags:  tableOrJSON.Flags(reportFlags),
				Action: command.Takes(0, func(ctx *cli.Context) error { return e.showReleases(ctx, e.releases()) }),
			},
			{
				Name:  "update",
				Usage: "fetch and store Apple's list",
				Description: command.Examples(
					"backupdoctor releases update",
					"backupdoctor releases update --from pmv.json",
				),
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "from", Usage: "`FILE|URL` to read the list from", DefaultText: releases.AppleURL},
				},
				Action: command.Takes(0, e.updateReleases),
			},
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return command.Usage("use show or update", "unknown command %q", "releases "+ctx.Args().First())
			}
			return e.showReleases(ctx, e.releases())
		},
	}
}

func (e env) updateReleases(ctx *cli.Context) error {
	path, err := e.releasesPath()
	if err != nil {
		return err
	}
	from := cmp.Or(ctx.String("from"), releases.AppleURL)
	table, err := releases.Update(ctx.Context, e.BuiltIn(), from, path)
	switch {
	case err == nil:
		return e.showReleases(ctx, table)
	case strings.Contains(from, "://"):
		return command.Usage("fetch "+releases.AppleURL+" on another computer, and pass the file to --from", "%w", err)
	default:
		return err
	}
}

func (e env) showReleases(ctx *cli.Context, table releases.Table) error {
	shown := report.ReleaseTable{Header: report.NewHeader(report.KindReleases), TableDate: table.Date, TableSource: string(table.Source), Models: table.Models()}
	return e.printTable(ctx, shown, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s table of %s, %d models\n", table.Source, table.Date.Format(time.DateOnly), table.Models())
		return err
	})
}

// releases returns the release table in use. If the updated copy cannot be read, it reports
// that and returns the built-in table.
func (e env) releases() releases.Table {
	path, err := e.releasesPath()
	if err != nil {
		return e.BuiltIn() // no folder, so no copy
	}
	table, err := releases.Load(e.BuiltIn(), path)
	if err != nil {
		fmt.Fprintln(e.Stderr, "backupdoctor:", err)
		fmt.Fprintln(e.Stderr, "hint: backupdoctor releases update replaces it")
	}
	return table
}

// releasesPath returns the path of the updated copy of the release table.
func (e env) releasesPath() (string, error) {
	folder, err := e.ConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "backupdoctor", "releases.json"), nil
}
