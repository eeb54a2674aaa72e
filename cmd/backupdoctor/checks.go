package main

import (
	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func checksCommand(e env) *cli.Command {
	return &cli.Command{
		Name:        "checks",
		Usage:       "list every check",
		Description: command.Examples("backupdoctor checks    what a scan looks for, and how each answer is found"),
		Flags:       displayFlags(),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			options, err := e.display(ctx)
			if err != nil {
				return err
			}
			return format.Checks(e.Stdout, checks.All(), options)
		}),
	}
}
