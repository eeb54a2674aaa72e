package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func reportCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write saved reports again, in any format, or tell two of them apart",
		ArgsUsage: "FILE...",
		Description: "FILE is a report that was saved with -o json=FILE, or a run that was with -o ndjson=FILE;\n" +
			"- is stdin. Of several it makes one, with every device as it was examined last. It ends with\n" +
			"the exit code that the report has.\n\n" +
			examples(
				"backupdoctor report tray.json                        as it was shown then",
				"backupdoctor report monday.json tuesday.json -o html=week.html",
				"backupdoctor report run.ndjson -o csv                a run that was cut off, too",
				"backupdoctor report diff monday.json tuesday.json    what is new, still there and fixed",
			),
		Flags:       renderFlags(),
		Subcommands: []*cli.Command{diffCommand(s)},
		Action:      s.reportAgain,
	}
}

// reportAgain writes saved reports.
func (s surroundings) reportAgain(ctx *cli.Context) error {
	paths := ctx.Args().Slice()
	if len(paths) == 0 {
		return usageError(helpHint(ctx), "report needs FILE...")
	}
	sc := scan{surroundings: s, quiet: true, files: destination{overwrite: ctx.Bool("force")}}
	var err error
	if sc.outputs, err = s.outputsOf(ctx, sc.files); err != nil {
		return err
	}
	reports, err := s.readReports(paths)
	if err != nil {
		return err
	}
	for _, r := range reports {
		if r.Subject != reports[0].Subject {
			return usageError("make one of the scans and one of the backups", "reports of a scan and of backups alone cannot become one")
		}
	}
	merged, older := report.Merge(reports...)
	if older > 0 {
		fmt.Fprintf(s.stderr, "%s examined more than once: of each the last time counts\n", countOf(older))
	}
	sc, finish, err := sc.begin()
	if err != nil {
		return err
	}
	return finish(sc.publish(merged))
}

func (s surroundings) readReports(paths []string) ([]report.Report, error) {
	var reports []report.Report
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			return nil, usageError("", "stdin can be read only once")
		}
		r, err := s.readReport(path)
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func (s surroundings) readReport(path string) (report.Report, error) {
	var from io.Reader = s.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return report.Report{}, usageError("", "%w", err)
		}
		defer file.Close()
		from = file
	}
	r, err := report.Read(from)
	switch {
	case errors.Is(err, report.ErrRecording):
		return r, usageError("backupdoctor scan --from "+path+" judges it", "%s: %w", path, err)
	case err != nil:
		return r, usageError("", "%s: %w", path, err)
	}
	return r, nil
}

func diffCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "tell what is new, still there, fixed or gone",
		ArgsUsage: "OLD NEW",
		Description: "Devices are the same if their UDIDs are. A cause counts as fixed only if its check has found\n" +
			"all well since: of a device that could not be examined nobody can tell.\n\n" +
			"It ends with exit code 1 if there is a cause that was not there before, else with 0.",
		Flags: append([]cli.Flag{
			option(reportFlags, "json", "write it as JSON"),
		}, displayFlags()...),
		Action: takes(2, func(ctx *cli.Context) error {
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			reports, err := s.readReports(ctx.Args().Slice())
			if err != nil {
				return err
			}
			if reports[0].Redacted || reports[1].Redacted {
				return usageError("compare them as they were before --redact", "a redacted report does not tell which device is which")
			}
			diff := report.Compare(reports[0], reports[1])
			if ctx.Bool("json") {
				err = format.WriteDiffJSON(s.stdout, diff)
			} else {
				err = format.WriteDiff(s.stdout, diff, options)
			}
			if err == nil && diff.Changes.New > 0 {
				return exit{code: report.ExitProblems}
			}
			return err
		}),
	}
}
