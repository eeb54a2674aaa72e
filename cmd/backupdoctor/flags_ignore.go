package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

// ignoreFlags select findings to suppress.
func ignoreFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "ignore", Category: checksFlags, Usage: "suppress the findings that `FILE` lists", DefaultText: suppressions.FileName},
		command.Option(checksFlags, "no-ignore", "suppress none"),
	}
}

// suppressedOf reads ignoreFlags, and the suppressions from the given or a default file.
func (e env) suppressedOf(ctx *cli.Context) (suppressions.List, error) {
	path := ctx.String("ignore")
	switch {
	case ctx.Bool("no-ignore") && path != "":
		return suppressions.List{}, command.Usage(command.HelpHint(ctx), "--no-ignore and --ignore cannot be used together")
	case ctx.Bool("no-ignore"):
		return suppressions.List{}, nil
	case path != "":
		var list suppressions.List
		read := func(from io.Reader) (err error) {
			list, err = e.readSuppressed(path, from)
			return err
		}
		if !e.isConfigured("ignore") {
			return list, e.readNamed(ctx, path, read)
		}
		err := readUsual(path, "--ignore FILE reads it all the same, and --no-ignore reads none", read)
		if errors.Is(err, fs.ErrNotExist) {
			err = command.Usage("", "%w", err)
		}
		return list, err
	}
	usual := []string{suppressions.FileName}
	if folder, err := e.ConfigDir(); err == nil {
		usual = append(usual, filepath.Join(folder, "backupdoctor", suppressions.FileName))
	}
	for _, path := range usual {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var list suppressions.List
		err := readUsual(path, "--ignore FILE reads it all the same, and --no-ignore reads none", func(from io.Reader) (err error) {
			list, err = e.readSuppressed(path, from)
			return err
		})
		return list, err
	}
	return suppressions.List{}, nil
}

func (e env) readSuppressed(path string, from io.Reader) (suppressions.List, error) {
	list, err := suppressions.Read(from, e.Zone)
	if unknown, ok := errors.AsType[*suppressions.UnknownCheckError](err); ok {
		return list, command.Usage(command.CheckHint(unknown.ID), "%s: %w", path, err)
	}
	if err != nil {
		return list, command.Usage("an entry has an id and a reason, and may have devices and expires", "%s: %w", path, err)
	}
	for _, entry := range list.Expired(time.Now()) {
		fmt.Fprintf(e.Stderr, "a suppression of %s has expired on %s: %s\n", entry.ID, entry.Expires.Format(time.DateOnly), path)
	}
	return list, nil
}
