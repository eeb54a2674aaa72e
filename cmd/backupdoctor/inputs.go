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
	limited, stop := limitedInput(ctx)
	defer stop()
	return endedInput(limited, path, e.readUntil(limited, path, read))
}

// limitedInput returns a context for reading an input, which ends at --deadline.
func limitedInput(ctx *cli.Context) (context.Context, context.CancelFunc) {
	if limit := ctx.Duration("deadline"); limit > 0 {
		return context.WithTimeoutCause(ctx.Context, limit, device.OutOfTime)
	}
	return context.WithCancel(ctx.Context)
}

// endedInput returns the error of reading an input, or that there was no time left for it.
func endedInput(limited context.Context, name string, err error) error {
	switch {
	case err == nil || limited.Err() == nil:
		return err
	case errors.Is(context.Cause(limited), device.OutOfTime):
		return command.Exit{Code: report.ExitNotExamined, Err: fmt.Errorf("%s: %w", name, device.OutOfTime)}
	default:
		return command.Exit{Code: report.ExitInterrupted, Err: errors.New("interrupted")}
	}
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
