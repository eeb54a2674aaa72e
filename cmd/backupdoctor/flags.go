package main

import (
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
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
// be shown. A file that was named for it and is no history is an error.
func (e env) keepsHistory(ctx *cli.Context) (bool, error) {
	if ctx.Bool("no-history") || ctx.Bool("redact") || e.Getenv(scan.HistoryVariable) == scan.NoHistory {
		return false, nil
	}
	return true, scan.CheckHistory(e.Env)
}
