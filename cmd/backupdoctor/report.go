package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/heap"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

func reportCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "render saved reports in any format, or compare two",
		ArgsUsage: "FILE...",
		Description: "FILE is a report saved with -o json=FILE, or a run saved with -o ndjson=FILE; - is stdin,\n" +
			"and last is the newest run in the history. Several become one report, with the latest\n" +
			"examination of each device. The exit code is the report's.\n\n" +
			command.Examples(
				"backupdoctor report tray.json                        as it was shown then",
				"backupdoctor report last -o html=last.html           the newest run in the history",
				"backupdoctor report monday.json tuesday.json -o html=week.html",
				"backupdoctor report run.ndjson -o csv                also an interrupted run",
				"backupdoctor report diff monday.json tuesday.json    what is new, still there and fixed",
			),
		Flags:       renderFlags(),
		Subcommands: []*cli.Command{diffCommand(e)},
		Action:      e.reportAgain,
	}
}

// reportAgain renders saved reports.
func (e env) reportAgain(ctx *cli.Context) error {
	paths := ctx.Args().Slice()
	if len(paths) == 0 {
		return command.Usage(command.HelpHint(ctx), "report needs FILE...")
	}
	files := e.filesOf(ctx)
	outputs, err := e.outputsOf(ctx, files)
	if err != nil {
		return err
	}
	heap.KeepSmall(e.Getenv)
	reports, err := e.readReports(ctx, paths)
	if err != nil {
		return err
	}
	for _, r := range reports {
		if r.Subject != reports[0].Subject {
			return command.Usage("make one of the scans and one of the backups", "reports of scans and reports of backups cannot be combined")
		}
	}
	merged, older := report.Merge(reports...)
	if older > 0 {
		fmt.Fprintf(e.Stderr, "%s examined more than once: of each the last time counts\n", words.Count(older, "device"))
	}
	return scan.Publish(ctx.Context, merged, scan.Outputs(outputs, files))
}

func (e env) readReports(ctx *cli.Context, paths []string) ([]report.Report, error) {
	var reports []report.Report
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			return nil, command.Usage("", "stdin can be read only once")
		}
		r, err := e.readReport(ctx, path)
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func (e env) readReport(ctx *cli.Context, path string) (r report.Report, err error) {
	if path == ledger.LastRun {
		return e.keptReport(ctx, path)
	}
	err = e.readNamed(ctx, path, func(from io.Reader) (err error) {
		r, err = reportIn(from, path)
		return err
	})
	return r, err
}

func reportIn(from io.Reader, path string) (report.Report, error) {
	r, err := report.Read(from)
	if err == nil {
		return r, nil
	}
	hint := ""
	if other, ok := errors.AsType[*report.KindError](err); ok {
		switch other.Kind {
		case report.KindRecording:
			hint = "use backupdoctor scan --from " + path
		case report.KindHistory, report.KindRun, report.KindVisit:
			hint = "use backupdoctor history show RUN"
		}
	}
	return r, command.Usage(hint, "%s: %w", path, err)
}

func diffCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "show what is new, still there, fixed or gone",
		ArgsUsage: "OLD NEW",
		Description: "Devices are matched by UDID. A cause counts as fixed only if its check was found healthy\n" +
			"since, so never on a device that could not be examined.\n\n" +
			"The exit code is 1 if there is a new cause, otherwise 0.\n\n" +
			command.Examples(
				"backupdoctor report diff monday.json tuesday.json",
				"backupdoctor report diff monday.json tuesday.json --json",
			),
		Flags: append([]cli.Flag{}, slices.Concat(displayFlags(), tableOrJSON.Flags(reportFlags))...),
		Action: command.Takes(2, func(ctx *cli.Context) error {
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			reports, err := e.readReports(ctx, ctx.Args().Slice())
			if err != nil {
				return err
			}
			if reports[0].Redacted || reports[1].Redacted {
				return command.Usage("compare them as they were before --redact", "a redacted report does not identify its devices")
			}
			diff := report.Compare(reports[0], reports[1])
			err = e.printTable(ctx, diff, func(w io.Writer) error { return format.WriteDiff(w, diff, options) })
			if err == nil && diff.Changes.New > 0 {
				return command.Exit{Code: report.ExitProblems}
			}
			return err
		}),
	}
}
