package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// surroundings is all of the process that the commands may touch.
type surroundings struct {
	args           []string // without the name of the program
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string        // all of the environment, for a program that is started
	configDir      func() (string, error) // the folder for settings of this user's programs
	dataDir        func() (string, error) // the folder for their data
	builtIn        func() releases.Table  // the table of releases that is compiled in
	alarm          func(string)           // tells those who look at a page that something is amiss; nil without one
	note           func(string)           // shows the text of a status line while a view has the terminal; nil if none has
}

// run carries out one command line and returns the exit code. Every error is printed here
// and nowhere else.
func run(ctx context.Context, s surroundings) int {
	app := newApp(s)
	help := &remembering{w: s.stdout}
	app.Writer = help
	err := app.RunContext(ctx, slices.Concat([]string{app.Name}, flagsFirst(app.Commands, app.Flags, s.args)))
	if err == nil {
		err = help.err
	}
	if err == nil {
		return report.ExitNoProblem
	}
	ended, ok := errors.AsType[exit](err)
	if !ok {
		ended = exit{code: report.ExitUsage, err: err}
	}
	if ended.err != nil {
		fmt.Fprintln(s.stderr, "backupdoctor:", ended.err)
	}
	if ended.hint != "" {
		fmt.Fprintln(s.stderr, "hint:", ended.hint)
	}
	return ended.code
}

// A remembering writer keeps its first error, which the printer of help texts drops.
type remembering struct {
	w   io.Writer
	err error
}

func (r *remembering) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// An exit ends a command with one of the codes of report.Exits.
type exit struct {
	code int
	err  error  // nil where the report says it all
	hint string // what to do about it; "" for nothing
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// usageError is a command line that cannot be carried out.
func usageError(hint, format string, args ...any) error {
	return exit{code: report.ExitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// onFlagError puts the parser's complaints in our words.
func onFlagError(ctx *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, found := strings.CutPrefix(text, "flag provided but not defined: -"); found {
		return usageError(flagHint(ctx, name), "unknown flag %s", dashed(strings.TrimLeft(name, "-")))
	}
	if name, found := strings.CutPrefix(text, "flag needs an argument: -"); found {
		return usageError(helpHint(ctx), "%s needs a value", dashed(strings.TrimLeft(name, "-")))
	}
	return usageError(helpHint(ctx), "%s", strings.NewReplacer("for flag -", "for --", "for -", "for --").Replace(text))
}

func flagHint(ctx *cli.Context, name string) string {
	var names []string
	for _, flag := range ctx.Command.VisibleFlags() {
		names = append(names, flag.Names()...)
	}
	if near := closest(strings.TrimLeft(name, "-"), names); near != "" {
		return "did you mean " + dashed(near) + "?"
	}
	return helpHint(ctx)
}

func helpHint(ctx *cli.Context) string { return "see " + ctx.Command.HelpName + " --help" }

// dashed writes a flag as it is typed.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// takes wraps a command that has a fixed number of arguments.
func takes(number int, action func(*cli.Context) error) cli.ActionFunc {
	return func(ctx *cli.Context) error {
		switch arguments := ctx.Args(); {
		case arguments.Len() > number:
			return usageError(helpHint(ctx), "unexpected argument %q", arguments.Get(number))
		case arguments.Len() < number:
			return usageError(helpHint(ctx), "%s needs %s", ctx.Command.Name, ctx.Command.ArgsUsage)
		}
		return action(ctx)
	}
}
