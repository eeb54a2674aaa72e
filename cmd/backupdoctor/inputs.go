package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// readNamed reads a file named on the command line; - is stdin. Reading stops at --deadline, if
// the command has it, and on Ctrl-C.
func (e env) readNamed(ctx *cli.Context, path string, read func(io.Reader) error) error {
	limited, stop := context.WithCancel(ctx.Context)
	if limit := ctx.Duration("deadline"); limit > 0 {
		limited, stop = context.WithTimeoutCause(ctx.Context, limit, device.OutOfTime)
	}
	defer stop()
	err := e.readUntil(limited, path, read)
	switch {
	case err == nil:
		return nil
	case ctx.Context.Err() != nil:
		return command.Exit{Code: report.ExitInterrupted, Err: errors.New("interrupted")}
	case limited.Err() != nil:
		return command.Exit{Code: report.ExitNotExamined, Err: fmt.Errorf("%s: %w", path, device.OutOfTime)}
	}
	return err
}

func (e env) readUntil(ctx context.Context, path string, read func(io.Reader) error) error {
	if path == "-" {
		return read(input.NewReader(ctx, e.Stdin))
	}
	file, err := input.OpenNamed(ctx, path)
	if err != nil {
		return command.Usage("", "%w", err)
	}
	defer file.Close()
	return read(file)
}

// readUsual reads a file from a default location or one named by the environment. It must be a
// regular file.
func readUsual(path, hint string, read func(io.Reader) error) error {
	file, err := input.Open(path)
	if special, ok := errors.AsType[*input.SpecialFileError](err); ok {
		return command.Usage(hint, "%w", special)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	return read(file)
}
