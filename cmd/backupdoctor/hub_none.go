//go:build !fleet

package main

import (
	"errors"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// hubCommand stands for the command of a program that was built with the tag fleet.
func hubCommand(surroundings) *cli.Command { return leftOut("hub") }

// fleetCommand stands for the command of a program that was built with the tag fleet.
func fleetCommand(surroundings) *cli.Command { return leftOut("fleet") }

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
	return exit{
		code: report.ExitUsage,
		err:  errors.New("this program was built without " + what),
		hint: "go install -tags fleet github.com/backupdoctor/backupdoctor/cmd/backupdoctor@latest",
	}
}
