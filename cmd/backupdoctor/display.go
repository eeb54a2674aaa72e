package main

import (
	"cmp"
	"io"
	"slices"

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

// display reads the flags of displayFlags for what is written to stdout.
func (s surroundings) display(ctx *cli.Context) (format.Options, error) {
	return s.displayOn(ctx, s.stdout)
}

// displayOn reads them for another stream, which may not be the terminal that stdout is.
func (s surroundings) displayOn(ctx *cli.Context, stream io.Writer) (format.Options, error) {
	width, color := ctx.Int("width"), cmp.Or(ctx.String("color"), "auto")
	if ctx.IsSet("width") && width < format.MinWidth {
		return format.Options{}, usageError("", "--width must be at least %d", format.MinWidth)
	}
	if !slices.Contains(colors, color) {
		return format.Options{}, usageError("use auto, always or never", "unknown value %q of --color", color)
	}
	return format.Options{
		Width: s.widthOf(stream, width),
		Color: s.colorOn(stream, color),
		UTF8:  s.utf8On(),
		All:   ctx.Bool("all"),

		ShowSuppressed: ctx.Bool("show-suppressed"),
	}, nil
}
