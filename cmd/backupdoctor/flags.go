package main

import (
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

// The headings of flags in a help text.
const (
	deviceFlags  = "Devices"
	checksFlags  = "Checks"
	reportFlags  = "Report"
	backupFlags  = "Backups"
	moreHeading  = "Beside the device"
	watchHeading = "After each visit"
	pageHeading  = "Page"
)

// historyFlags say whether a run is kept.
func historyFlags() []cli.Flag {
	return []cli.Flag{command.Option(reportFlags, "no-history", "keep nothing of this run in the history")}
}

// keepsHistory reports whether a run over attached devices is kept: never if its names must not
// be shown.
func keepsHistory(ctx *cli.Context) bool { return !ctx.Bool("no-history") && !ctx.Bool("redact") }
