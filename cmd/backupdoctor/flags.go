package main

import (
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/urfave/cli/v2"
)

// Headings of flags in help texts.
const (
	deviceFlags  = "Devices"
	checksFlags  = "Checks"
	reportFlags  = "Report"
	backupFlags  = "Backups"
	moreHeading  = "More evidence"
	watchHeading = "After each visit"
	pageHeading  = "Page"
)

// historyFlags control whether a run is kept.
func historyFlags() []cli.Flag {
	return []cli.Flag{command.Option(reportFlags, "no-history", "keep nothing of this run in the history")}
}

// keepsHistory reports whether a run over attached devices is kept. A redacted run never is. A
// file named for the history that is not a history is an error.
func (e env) keepsHistory(ctx *cli.Context) (bool, error) {
	if ctx.Bool("no-history") || ctx.Bool("redact") || e.Getenv(scan.HistoryVariable) == scan.NoHistory {
		return false, nil
	}
	return true, scan.CheckHistory(e.Env)
}
