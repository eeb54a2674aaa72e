package main

import (
	"context"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func backupsCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "backups",
		Usage: "list the backups on this computer, and whether they are whole",
		Description: "Looks where Finder, iTunes and Apple Devices keep backups, or in the folders of\n" +
			"--backups, and takes a quick look at each: is every file there, and as long as\n" +
			"recorded? Nothing is written into them. verify looks harder, and asks for passwords.\n\n" +
			examples(
				"backupdoctor backups",
				"backupdoctor backups --backups /mnt/disk/Backup",
				"backupdoctor backups --json | jq '.devices[].backups[].verdict'",
				"backupdoctor backups set-aside UDID    before a fresh backup in place of a broken one",
			),
		Flags:       slices.Concat(placeFlags(), passwordFlags(), outputFlags()),
		Subcommands: []*cli.Command{setAsideCommand(s)},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return usageError("use set-aside, or backupdoctor verify FOLDER", "unknown command %q", "backups "+ctx.Args().First())
			}
			run, err := s.stocktakingOf(ctx)
			if err != nil {
				return err
			}
			places, err := s.placesOf(ctx)
			if err != nil {
				return err
			}
			return run.take(ctx.Context, shelfIn(places))
		},
	}
}

// A stocktaking is one run over backups on this computer.
type stocktaking struct {
	scan      // what to do with what is learned
	look look // how to learn it
}

// stocktakingOf reads passwordFlags and outputFlags.
func (s surroundings) stocktakingOf(ctx *cli.Context) (stocktaking, error) {
	sc, err := s.judgingOf(ctx)
	if err != nil {
		return stocktaking{}, err
	}
	sc.subject = report.OfBackups
	sc.list = backupChecks()
	passwords, err := s.passwordsOf(ctx)
	if err != nil {
		return stocktaking{}, err
	}
	run := stocktaking{scan: sc, look: look{depth: device.QuickLook, passwords: passwords, line: s.statusLine()}}
	if slices.ContainsFunc(sc.outputs, func(o output) bool { return o.format == "json" || o.display.All }) {
		run.look.examples = manyExamples
	}
	return run, nil
}

// manyExamples is how many files of each fault a report names that is to name all. Beyond
// it a backup in ruins would fill the memory: verify --files writes every one as it is
// found.
const manyExamples = 10_000

// backupChecks are the checks that backups alone can answer.
func backupChecks() []*checks.Check {
	return slices.DeleteFunc(slices.Clone(checks.All()), func(c *checks.Check) bool {
		return c.ID != "local-backup-broken" && c.ID != "no-good-copy"
	})
}

// take examines the backups of a shelf and reports on them.
func (run stocktaking) take(ctx context.Context, sh shelf) error {
	gaps := run.look.over(ctx, sh)
	learned := run.recording(sh.snapshots(time.Now().UTC(), run.table), gaps)
	return run.conclude(lesson{recording: learned, places: sh.reported()})
}
