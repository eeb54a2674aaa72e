package main

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/heap"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func backupsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "backups",
		Usage: "list the backups on this computer, and whether they are whole",
		Description: "Looks where Finder, iTunes and Apple Devices keep backups, or in the folders of\n" +
			"--backups, and takes a quick look at each: is every file there, and as long as\n" +
			"recorded? Nothing is written into them. verify checks more, and asks for passwords.\n" +
			"For copies by backup the proof is shown that was made then or by verify.\n\n" +
			command.Examples(
				"backupdoctor backups",
				"backupdoctor backups --backups /mnt/disk/Backup",
				"backupdoctor backups --expire 30d      which copies are due to be removed",
				"backupdoctor backups --json | jq '.devices[].backups[].verdict'",
				"backupdoctor backups set-aside UDID    before a fresh backup in place of a broken one",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "expire", Category: backupFlags, Usage: "name copies of this program older than `AGE`: 30d"},
		}, placeFlags(), passwordFlags(), limitFlags(), outputFlags()),
		Subcommands: []*cli.Command{setAsideCommand(e), exportCopyCommand(e), removeCommand(e)},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return command.Usage("use set-aside, or backupdoctor verify FOLDER", "unknown command %q", "backups "+ctx.Args().First())
			}
			timeout, stop, err := limitsOf(ctx)
			if err != nil {
				return err
			}
			defer stop()
			places, err := e.placesOf(ctx)
			if err != nil {
				return err
			}
			age, err := ageOf(ctx, "expire")
			if err != nil {
				return err
			}
			heap.KeepSmall(e.Getenv)
			set := scan.FindBackups(ctx.Context, places)
			if age > 0 {
				defer e.sayExpired(expired(set, age, time.Now()), age)
			}
			run, err := e.backupRunOf(ctx, set)
			if err != nil {
				return err
			}
			run.source.Inspection.Limit = timeout
			return run.pipe(e).Run(ctx.Context)
		},
	}
}

// A backupRun is a run over the backups on this computer.
type backupRun struct {
	reporting
	source scan.Folders
}

// backupRunOf reads passwordFlags and outputFlags.
func (e env) backupRunOf(ctx *cli.Context, set scan.BackupSet) (run backupRun, err error) {
	if run.reporting, err = e.reportingOf(ctx); err != nil {
		return run, err
	}
	run.judge.Checks = backupChecks()
	inspection := scan.Inspection{Depth: device.QuickLook, Screen: e.screen}
	if inspection.Passwords, err = e.passwordsOf(ctx); err != nil {
		return run, err
	}
	if slices.ContainsFunc(run.outputs, func(o scan.Output) bool { return o.Format == "json" || o.Display.All }) {
		inspection.Examples = manyExamples
	}
	run.source = scan.Folders{Set: set, Inspection: inspection, Table: run.table, Screen: e.screen}
	return run, nil
}

func (run backupRun) pipe(e env) scan.Pipe {
	return scan.Pipe{Source: run.source, Judge: run.judge, Sinks: run.sinks(e), Subject: report.OfBackups}
}

// manyExamples is how many files of each fault a report with all files may name. More could
// exhaust memory for a badly damaged backup; verify --files writes every one as it is found.
const manyExamples = 10_000

// backupChecks are the checks that backups alone can answer.
func backupChecks() []*checks.Check {
	return slices.DeleteFunc(slices.Clone(checks.All()), func(c *checks.Check) bool {
		return c.ID != "local-backup-broken" && c.ID != "no-good-copy"
	})
}
