package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func scanCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "scan",
		Usage: "say why iCloud Backup fails on the attached devices",
		Description: "Reads from every iPhone and iPad on USB, and changes nothing on them. A\n" +
			"device that does not trust this computer is listed but not examined; --pair\n" +
			"asks it for trust.\n\n" +
			"Backups of these devices on this computer are found by their UDID, and add evidence. Each\n" +
			"gets a quick look of at most --timeout; backupdoctor verify proves them.\n\n" +
			command.Examples(
				"backupdoctor scan                             what is wrong, what to do",
				"backupdoctor scan --steps                     the evidence, and every step",
				"backupdoctor scan --all                       healthy findings, questions",
				"backupdoctor scan --json | jq .devices[].verdict",
				"backupdoctor scan -o json=tray.json           the whole report in a file",
				"backupdoctor scan --only backup-stale,wifi-missing",
				"backupdoctor scan --redact --record case.json a recording to share",
				"backupdoctor scan --from case.json            the same, without the device",
				"backupdoctor scan --no-usb --backups DIR      devices that are not here",
				"backupdoctor scan --no-usb --sysdiagnose FILE a device that is not here",
				"backupdoctor scan --assets cart.csv           label devices; see who is missing",
				"backupdoctor scan --mdm export.csv            and those that are not here",
				"backupdoctor scan --baseline monday.json      and what changed since then",
				"backupdoctor scan --ask                       answer questions yourself",
				"backupdoctor scan --listen                    then follow Back Up Now",
				"backupdoctor scan --net                       can Apple be reached?",
			),
		Flags: scanFlags(),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			baseline, err := e.baselineOf(ctx)
			if err != nil {
				return err
			}
			pipe, err := e.scanOf(ctx)
			if err != nil {
				return err
			}
			pipe.Sinks = append(pipe.Sinks, baseline...)
			return pipe.Run(ctx.Context)
		}),
	}
}

// scanOf reads scanFlags.
func (e env) scanOf(ctx *cli.Context) (pipe scan.Pipe, err error) {
	attached, err := e.attachedOf(ctx, releases.Table{})
	if err != nil {
		return pipe, err
	}
	r, err := e.reportingOf(ctx)
	if err != nil {
		return pipe, err
	}
	attached.Table = r.table
	attached.Archives.Paths = ctx.StringSlice("sysdiagnose")
	if attached.More, err = e.moreOf(ctx, r.judge.Checks); err != nil {
		return pipe, err
	}
	managed, err := e.managedOf(ctx)
	if err != nil {
		return pipe, err
	}
	pipe = scan.Pipe{MDM: managed, Judge: r.judge, Inventory: attached.Labels.Inventory, Sinks: r.sinks(e)}
	switch {
	case ctx.String("from") != "":
		pipe.Source = scan.Replay{From: ctx.String("from"), Stdin: e.Stdin, Limit: attached.Limit, Labels: attached.Labels, More: attached.More, Screen: e.screen}
		return pipe, nil
	case ctx.Bool("no-usb"):
		pipe.Source = withoutUSB(ctx, attached)
		return pipe, nil
	}
	if which := ctx.String("resume"); which != "" {
		if pipe.Resumed, err = e.resumed(ctx.Context, which); err != nil {
			return pipe, err
		}
		attached.Resumed = pipe.Resumed
	}
	if ctx.Bool("listen") {
		options, err := e.displayOn(ctx, e.Stderr)
		if err != nil {
			return pipe, err
		}
		attached.Listen = &scan.Listen{Examination: attached.Examination, Length: listenFor, Printer: terminal.NewLogPrinter(e.screen, options)}
	}
	pipe.Source, pipe.Sinks = attached, r.sinks(e, r.live(e)...)
	kept, err := e.keepsHistory(ctx)
	if err != nil {
		return pipe, err
	}
	if kept {
		pipe.Sinks = append([]scan.Sink{scan.History(scan.Keeper{Env: e.Env, Screen: e.screen})}, pipe.Sinks...)
	}
	return pipe, nil
}

// withoutUSB examines the selected devices by what is on this computer. Without --timeout,
// backups may take as long as they need, since they are the only source.
func withoutUSB(ctx *cli.Context, a scan.Attached) scan.Folders {
	f := scan.Folders{
		Places: a.Places, UDIDs: a.UDIDs, Inspection: a.Inspection, Table: a.Table, Archives: a.Archives, More: a.More, Screen: a.Screen,
		Every: a.Labels.Inventory != nil || ctx.String("mdm") != "" || ctx.String("baseline") != "", // an unlisted device would count as missing
	}
	if !ctx.IsSet("timeout") {
		f.Inspection.Limit = 0
	}
	if ctx.IsSet("deadline") {
		f.Limit = a.Limit
	}
	return f
}

// resumed finds the run to resume.
func (e env) resumed(ctx context.Context, which string) (*ledger.Resumption, error) {
	store, err := scan.OpenHistory(ctx, e.Env, e.screen)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	run, err := store.Resume(ctx, which)
	switch {
	case errors.Is(err, ledger.ErrRunning) && which == ledger.LastUnfinished:
		return nil, command.Usage("backupdoctor history lists the runs", "no run was interrupted: the one that is not finished is still running")
	case errors.Is(err, ledger.ErrFinished):
		return nil, command.Usage("--resume RUN takes an older one; backupdoctor history lists them", "the last run was not interrupted")
	case errors.Is(err, ledger.ErrNoEnd):
		return nil, command.Usage("--resume RUN takes it all the same; backupdoctor history lists the runs", "the end of the last run was lost when the history was recovered, so it may be complete")
	case errors.Is(err, ledger.ErrRunning):
		return nil, command.Usage("only an interrupted run can be resumed", "the run %q is still running", which)
	case errors.Is(err, ledger.ErrNoRun) && which == ledger.LastUnfinished:
		return nil, command.Usage("backupdoctor history lists the runs", "no run was interrupted")
	case err != nil:
		return nil, scan.HistoryError(err)
	}
	done := len(run.Done)
	run.Done = slices.DeleteFunc(run.Done, func(d report.Device) bool { return time.Since(d.TakenAt).Abs() > resumeWithin })
	if old := done - len(run.Done); old > 0 {
		fmt.Fprintf(e.screen, "backupdoctor: the reading of %s is over an hour old: those attached are examined again, the others left out\n", words.Count(old, "device"))
	}
	return &run, nil
}

// resumeWithin is how old a reading may be that a resumed run shows as its own: a result has to be
// true when it is shown.
const resumeWithin = time.Hour
