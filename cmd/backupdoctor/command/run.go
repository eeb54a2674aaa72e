package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// Run runs one command line and returns the exit code. All errors are printed here.
func Run(ctx context.Context, env Env, app *cli.App) int {
	help := &errorKeeper{w: env.Stdout}
	app.Writer = help
	err := app.RunContext(ctx, slices.Concat([]string{app.Name}, FlagsFirst(app.Commands, app.Flags, env.Args)))
	if err == nil {
		err = help.err
	}
	if err == nil {
		return report.ExitNoProblem
	}
	ended, ok := errors.AsType[Exit](err)
	if !ok {
		ended = Exit{Code: report.ExitUsage, Err: err}
	}
	messages := terminal.NewScreen(env.Stderr, env.Getenv)
	if ended.Err != nil {
		fmt.Fprintln(messages, "backupdoctor:", ended.Err)
	}
	if ended.Hint != "" {
		fmt.Fprintln(messages, "hint:", ended.Hint)
	}
	return ended.Code
}

// An errorKeeper keeps the first write error, which the printer of help texts drops.
type errorKeeper struct {
	w   io.Writer
	err error
}

func (r *errorKeeper) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// An Exit ends a command with one of the codes of [report.Exits].
type Exit struct {
	Code int
	Err  error  // nil if the report is enough
	Hint string // what to do about it; "" for none
}

func (e Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the underlying error.
func (e Exit) Unwrap() error { return e.Err }

// Usage returns the error of a command line that cannot be run.
func Usage(hint, format string, args ...any) error {
	return Exit{Code: report.ExitUsage, Err: fmt.Errorf(format, args...), Hint: hint}
}

// onFlagError rewords the parser's errors.
func onFlagError(ctx *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, found := strings.CutPrefix(text, "flag provided but not defined: -"); found {
		return Usage(flagHint(ctx, name), "unknown flag %s", Dashed(strings.TrimLeft(name, "-")))
	}
	if name, found := strings.CutPrefix(text, "flag needs an argument: -"); found {
		return Usage(HelpHint(ctx), "%s needs a value", Dashed(strings.TrimLeft(name, "-")))
	}
	text = strings.NewReplacer("for flag -", "for --", "for -", "for --").Replace(text)
	if bad, unread := strings.CutSuffix(text, ": parse error"); unread {
		_, name, _ := strings.Cut(bad, " for --")
		return Usage(valueHint(ctx, name), "%s", bad)
	}
	return Usage(HelpHint(ctx), "%s", text)
}

// valueHint describes the values of a flag.
func valueHint(ctx *cli.Context, name string) string {
	for _, flag := range ctx.Command.Flags {
		if !slices.Contains(flag.Names(), name) {
			continue
		}
		switch flag.(type) {
		case *cli.DurationFlag:
			return "a time has a unit: 30s is 30 seconds, 5m five minutes, 8h eight hours"
		case *cli.IntFlag:
			return "use a whole number"
		}
	}
	return HelpHint(ctx)
}

func flagHint(ctx *cli.Context, name string) string {
	var names []string
	for _, flag := range ctx.Command.VisibleFlags() {
		names = append(names, flag.Names()...)
	}
	if near := Closest(strings.TrimLeft(name, "-"), names); near != "" {
		return "did you mean " + Dashed(near) + "?"
	}
	return HelpHint(ctx)
}

// HelpHint points to the help text of the command.
func HelpHint(ctx *cli.Context) string { return "see " + ctx.Command.HelpName + " --help" }

// Dashed returns a flag as typed.
func Dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// Takes wraps the action of a command with a fixed number of arguments.
func Takes(number int, action func(*cli.Context) error) cli.ActionFunc {
	return func(ctx *cli.Context) error {
		switch arguments := ctx.Args(); {
		case arguments.Len() > number:
			return Usage(HelpHint(ctx), "unexpected argument %q", arguments.Get(number))
		case arguments.Len() < number:
			return Usage(HelpHint(ctx), "%s needs %s", ctx.Command.Name, ctx.Command.ArgsUsage)
		}
		return action(ctx)
	}
}
