//go:build !fleet

package main

import (
	"errors"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// linked is the hub part of a program built without the tag fleet. Its commands report that the
// hub is not included.
var linked = hubPart{
	commands:  func(command.Env) []*cli.Command { return []*cli.Command{leftOut("hub"), leftOut("fleet")} },
	linkFlags: func() []cli.Flag { return []cli.Flag{&cli.StringSliceFlag{Name: "hub", Hidden: true}} },
	outgoing: func(ctx *cli.Context, _ command.Env, _ bool, _, _ func(string)) (*scan.Outgoing, error) {
		if ctx.IsSet("hub") {
			return nil, withoutFleet("the flag --hub")
		}
		return nil, nil
	},
}

func leftOut(name string) *cli.Command {
	return &cli.Command{
		Name:            name,
		Usage:           "left out of this program",
		Hidden:          true,
		SkipFlagParsing: true,
		Action:          func(*cli.Context) error { return withoutFleet("the command " + name) },
	}
}

func withoutFleet(what string) error {
	return command.Exit{
		Code: report.ExitUsage,
		Err:  errors.New("this program was built without " + what),
		Hint: "go install -tags fleet github.com/backupdoctor/backupdoctor/cmd/backupdoctor@latest",
	}
}
