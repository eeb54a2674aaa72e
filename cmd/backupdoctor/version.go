package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func versionCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version of this program",
		Flags: tableOrJSON.Flags(reportFlags),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			version := report.Version{
				Header: report.NewHeader(report.KindVersion), Tool: report.Tool{Name: "backupdoctor", Version: command.Version(), Effect: "read-only"},
				Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
			}
			return e.printTable(ctx, version, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "backupdoctor %s (%s %s/%s)\n", version.Tool.Version, version.Go, version.OS, version.Arch)
				return err
			})
		}),
	}
}
