package main

import (
	"cmp"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

var colors = []string{"auto", "always", "never"}

func displayFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "width", Category: reportFlags, Usage: "write at most this many `COLUMNS`", DefaultText: "COLUMNS, the terminal's, 100"},
		&cli.StringFlag{Name: "color", Category: reportFlags, Usage: "`WHEN` to use colours: auto, always or never", Value: "auto"},
	}
}

// display reads displayFlags for stdout.
func (e env) display(ctx *cli.Context) (format.Options, error) {
	return e.displayOn(ctx, e.Stdout)
}

// displayOn reads displayFlags for another stream, which may be a terminal although stdout is
// not.
func (e env) displayOn(ctx *cli.Context, stream io.Writer) (format.Options, error) {
	width, color := ctx.Int("width"), cmp.Or(ctx.String("color"), "auto")
	if ctx.IsSet("width") && width < format.MinWidth {
		return format.Options{}, command.Usage("", "--width must be at least %d", format.MinWidth)
	}
	if !slices.Contains(colors, color) {
		return format.Options{}, command.Usage("use auto, always or never", "unknown value %q of --color", color)
	}
	return format.Options{
		Width: terminal.Width(stream, e.Getenv, width),
		Color: terminal.Color(stream, e.Getenv, color),
		UTF8:  terminal.UTF8(e.Getenv),
		Steps: ctx.Bool("steps"),
		All:   ctx.Bool("all"),

		Zone: e.Zone,

		ShowSuppressed: ctx.Bool("show-suppressed"),
	}, nil
}
