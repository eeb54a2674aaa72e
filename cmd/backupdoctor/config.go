package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/config"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

func configCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "show the settings in force, and where each comes from",
		Description: "A flag overrides a variable, a variable the configuration file, and the file the\n" +
			"default. The file is backupdoctor/" + config.FileName + " in your configuration folder, or the file\n" +
			"named by --config or " + config.FileVariable + ". It must belong to you, and no other user may be able to\n" +
			"write to it. It is YAML:\n\n" +
			command.Indented(configExample) + "\n\n" +
			"The variable of a setting is its key in capitals, with BACKUPDOCTOR_ before it and _ for -:\n" +
			"BACKUPDOCTOR_MAX_AGE. A variable separates the values of a list by commas. Paths in the file\n" +
			"are relative to its folder. formats and force apply to scan, watch and bench; hub,\n" +
			"credentials, hub-ca and send apply to bench.\n\n" +
			command.Examples(
				"backupdoctor config",
				"backupdoctor config --config /srv/cart.yaml --json",
			),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "read the configuration `FILE`", DefaultText: "$" + config.FileVariable + ", or the usual file"},
		}, tableOrJSON.Flags("")...),
		Action: command.Takes(0, e.showConfig),
	}
}

const configExample = `assets: cart.csv                   # as --assets
ignore: known.yaml                 # as --ignore
formats: [table, html=/srv/www/cart.html]
force: true                        # formats may replace their files
timeout: 30s
deadline: 15m
jobs: 8
max-age: 4d
fail-on: warning`

func (e env) showConfig(ctx *cli.Context) error {
	read, err := config.Load(e.Env, settingsOf(settings()), configPath(ctx))
	if err != nil {
		return err
	}
	shown := report.Settings{Header: report.NewHeader(report.KindSettings), File: read.Path, Read: read.Read, Settings: []report.Setting{}}
	for _, v := range read.Values {
		shown.Settings = append(shown.Settings, report.Setting{
			Key: v.Key, Source: string(v.Source), Values: append([]string{}, v.Texts...), Default: v.Usual, Line: v.Line, Variable: v.Variable(),
		})
	}
	return e.printTable(ctx, shown, func(w io.Writer) error { return writeSettings(w, read) })
}

func writeSettings(w io.Writer, read config.Config) error {
	state := "not there"
	if read.Read {
		state = "read"
	}
	if read.Path == "" {
		read.Path, state = "none", "this user's configuration folder is unknown"
	}
	if _, err := fmt.Fprintf(w, "configuration file: %s (%s)\n\n", report.Clean(read.Path), state); err != nil {
		return err
	}
	var rows [][]string
	for _, v := range read.Values {
		text, from := v.Usual, "default"
		switch v.Source {
		case config.File:
			text, from = strings.Join(v.Texts, ", "), fmt.Sprintf("%s:%d", report.Clean(filepath.Base(read.Path)), v.Line)
		case config.Variable:
			text, from = strings.Join(v.Texts, ", "), "$"+v.Variable()
		}
		rows = append(rows, []string{v.Key, report.Clean(text), from})
	}
	return format.Columns(w, rows)
}
