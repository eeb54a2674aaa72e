package main

import (
	"fmt"
	"runtime"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

func versionCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version of this program",
		Action: command.Takes(0, func(*cli.Context) error {
			_, err := fmt.Fprintf(e.Stdout, "backupdoctor %s (%s %s/%s)\n", command.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
}
