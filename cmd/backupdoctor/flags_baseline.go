package main

import (
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// baselineFlags name an earlier report to compare a scan with.
func baselineFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "baseline", Category: reportFlags, Usage: "show on stderr what changed since the report in `FILE`, or last"},
	}
}

// baselineOf reads baselineFlags. Its sink writes to stderr, after everything else, what is
// new, still there, fixed or gone since the earlier report. Without such a report there is no
// sink.
func (e env) baselineOf(ctx *cli.Context) ([]scan.Sink, error) {
	path := ctx.String("baseline")
	if path == "" {
		return nil, nil
	}
	if ctx.Bool("redact") {
		return nil, command.Usage(command.HelpHint(ctx), "--baseline and --redact cannot be used together")
	}
	older, err := e.readReport(ctx, path)
	if err != nil {
		return nil, err
	}
	if older.Redacted {
		return nil, command.Usage("use the report as it was before --redact", "%s: a redacted report does not identify its devices", path)
	}
	options, err := e.displayOn(ctx, e.Stderr)
	if err != nil {
		return nil, err
	}
	return []scan.Sink{{Report: func(r report.Report, _ device.Recording) error {
		return format.WriteDiff(e.Stderr, report.Compare(older, r), options)
	}}}, nil
}
