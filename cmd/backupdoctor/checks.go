package main

import (
	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func checksCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:        "checks",
		Usage:       "list every check",
		Description: examples("backupdoctor checks    what a scan looks for, and how each answer is found"),
		Flags:       displayFlags(),
		Action: takes(0, func(ctx *cli.Context) error {
			options, err := s.display(ctx)
			if err != nil {
				return err
			}
			return format.List(s.stdout, checks.All(), options)
		}),
	}
}

// checkNamed finds a check by its id.
func checkNamed(id string) (*checks.Check, error) {
	if check, known := checks.Find(id); known {
		return check, nil
	}
	hint := "see backupdoctor checks"
	if near := closest(id, checkIDs()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return nil, usageError(hint, "unknown check %q", id)
}
