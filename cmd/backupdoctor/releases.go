package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/urfave/cli/v2"
)

func releasesCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "releases",
		Usage: "show or update the table of iOS and iPadOS releases",
		Description: "A scan compares each device with the newest release for its model, by a table that is\n" +
			"built in. An update is kept in your configuration folder and used once it is newer.\n\n" +
			examples(
				"backupdoctor releases show                     which table is in use",
				"backupdoctor releases update                   fetch Apple's own list",
				"backupdoctor releases update --from pmv.json   read a copy of that list, without the internet",
			),
		Subcommands: []*cli.Command{
			{
				Name:   "show",
				Usage:  "say which table is in use, and of what date it is",
				Action: takes(0, func(*cli.Context) error { return s.showReleases(s.releases()) }),
			},
			{
				Name:  "update",
				Usage: "fetch Apple's list and keep it",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "from", Usage: "`FILE|URL` to read the list from", DefaultText: releases.AppleURL},
				},
				Action: takes(0, s.updateReleases),
			},
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return usageError("use show or update", "unknown command %q", "releases "+ctx.Args().First())
			}
			return s.showReleases(s.releases())
		},
	}
}

func (s surroundings) updateReleases(ctx *cli.Context) error {
	path, err := s.releasesPath()
	if err != nil {
		return err
	}
	from := cmp.Or(ctx.String("from"), releases.AppleURL)
	table, err := releases.Update(ctx.Context, s.builtIn(), from, path)
	switch {
	case err == nil:
		return s.showReleases(table)
	case strings.Contains(from, "://"):
		return usageError("fetch "+releases.AppleURL+" on another computer, and pass the file to --from", "%w", err)
	default:
		return err
	}
}

func (s surroundings) showReleases(table releases.Table) error {
	_, err := fmt.Fprintf(s.stdout, "%s table of %s, %d models\n", table.Source, table.Date.Format(time.DateOnly), table.Models())
	return err
}

// releases is the table in use. An updated copy that cannot be read is said, and passed
// over: the built-in table answers in its place.
func (s surroundings) releases() releases.Table {
	path, err := s.releasesPath()
	if err != nil {
		return s.builtIn() // no folder, hence no copy
	}
	table, err := releases.Load(s.builtIn(), path)
	if err != nil {
		fmt.Fprintln(s.stderr, "backupdoctor:", err)
		fmt.Fprintln(s.stderr, "hint: backupdoctor releases update writes it anew")
	}
	return table
}

// releasesPath is where the updated copy of the table is kept.
func (s surroundings) releasesPath() (string, error) {
	folder, err := s.configDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "backupdoctor", "releases.json"), nil
}
