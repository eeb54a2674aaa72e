package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/urfave/cli/v2"
)

// ignoreFlags say which findings are not to be heard of.
func ignoreFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "ignore", Category: checksFlags, Usage: "suppress the findings that `FILE` lists", DefaultText: suppressions.FileName},
		option(checksFlags, "no-ignore", "suppress none"),
	}
}

// ignoredOf reads ignoreFlags, and the list that they name or that lies in the usual places.
func (s surroundings) ignoredOf(ctx *cli.Context) (suppressions.List, error) {
	path := ctx.String("ignore")
	switch {
	case ctx.Bool("no-ignore") && path != "":
		return suppressions.List{}, usageError(helpHint(ctx), "--no-ignore and --ignore contradict each other")
	case ctx.Bool("no-ignore"):
		return suppressions.List{}, nil
	case path != "":
		return s.readIgnored(path)
	}
	usual := []string{suppressions.FileName}
	if folder, err := s.configDir(); err == nil {
		usual = append(usual, filepath.Join(folder, "backupdoctor", suppressions.FileName))
	}
	for _, path := range usual {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return s.readIgnored(path)
	}
	return suppressions.List{}, nil
}

func (s surroundings) readIgnored(path string) (suppressions.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return suppressions.List{}, usageError("", "%w", err)
	}
	defer file.Close()
	list, err := suppressions.Read(file)
	if unknown, ok := errors.AsType[*suppressions.UnknownCheckError](err); ok {
		hint := "see backupdoctor checks"
		if near := closest(unknown.ID, checkIDs()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return list, usageError(hint, "%s: %w", path, err)
	}
	if err != nil {
		return list, usageError("an entry has an id and a reason, and may have devices and expires", "%s: %w", path, err)
	}
	for _, e := range list.Expired(time.Now()) {
		fmt.Fprintf(s.stderr, "a suppression of %s has expired on %s: %s\n", e.ID, e.Expires.Format(time.DateOnly), path)
	}
	return list, nil
}
