package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/config"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// A setting is a flag whose value may come from the configuration file or the environment. The
// command line overrides both.
type setting struct {
	config.Setting
	flag   string   // flag name, if it differs from the key
	only   []string // commands that take it; nil for all that have the flag
	yields []string // flags on the command line that override it
}

func (s setting) flagName() string {
	if s.flag != "" {
		return s.flag
	}
	return s.Key
}

// settings returns what a user can configure.
func settings() []setting {
	scans := []string{"scan", "watch", "bench"}
	return []setting{
		{Setting: config.Setting{Key: "assets", Path: config.WholePath, Usual: "none"}},
		{Setting: config.Setting{Key: "ignore", Path: config.WholePath, Usual: suppressions.FileName}, yields: []string{"no-ignore"}},
		{
			Setting: config.Setting{Key: "formats", List: true, Path: outputPath, Check: checkOutput, Hint: "json, or html=/srv/tray.html; formats are " + strings.Join(format.Names(), ", "), Usual: "table"},
			flag:    "o", only: scans, yields: []string{"json", "plain", "from"},
		},
		{Setting: config.Setting{Key: "force", Check: checkBool, Hint: "use true or false", Usual: "false"}, only: scans},
		{Setting: config.Setting{Key: "timeout", Check: checkTime(1), Hint: timeHint, Usual: "20s, on Wi-Fi 60s; a backup none"}},
		{Setting: config.Setting{Key: "deadline", Check: checkTime(0), Hint: timeHint + "; 0 is no limit", Usual: "10m; of backups none"}},
		{Setting: config.Setting{Key: "jobs", Check: checkJobs, Hint: "a number, 1 or more", Usual: "10, more while all answer well"}},
		{Setting: config.Setting{Key: "expire", Check: checkDays, Hint: "30d is 30 days, 4w four weeks", Usual: "never"}},
		{Setting: config.Setting{Key: "max-age", Check: checkDays, Hint: "14d is 14 days, 2w two weeks", Usual: "2d"}},
		{Setting: config.Setting{Key: "fail-on", Check: checkLevel, Hint: levelHint, Usual: string(report.Unproved)}},
		{Setting: config.Setting{Key: "hub", List: true, Check: checkHub, Hint: "tls://HOST", Usual: "none"}, only: []string{"bench"}, yields: []string{"no-history", "redact"}},
		{Setting: config.Setting{Key: "credentials", Path: config.WholePath, Usual: "none"}, only: []string{"bench"}, yields: []string{"no-history", "redact"}},
		{Setting: config.Setting{Key: "hub-ca", Path: config.WholePath, Usual: "the system's"}, only: []string{"bench"}, yields: []string{"no-history", "redact"}},
		{Setting: config.Setting{Key: "send", List: true, Check: checkSend, Hint: "use names, serials or assets", Usual: "none of them"}, only: []string{"bench"}, yields: []string{"no-history", "redact"}},
	}
}

// settingsOf converts settings for package config.
func settingsOf(list []setting) []config.Setting {
	var plain []config.Setting
	for _, s := range list {
		plain = append(plain, s.Setting)
	}
	return plain
}

// unset lists the commands that ignore settings: their flags have another meaning, or they show
// simulated devices.
var unset = []string{"demo", "self-check", "sim", "config"}

// takeSettings makes each command with a configurable flag read the settings before it runs.
func (e env) takeSettings(app *cli.App) {
	flag := func() cli.Flag {
		return &cli.StringFlag{Name: "config", Usage: "read the configuration `FILE`", DefaultText: "$" + config.FileVariable + ", or the usual file"}
	}
	app.Flags = append([]cli.Flag{flag()}, app.Flags...)
	for _, c := range app.Commands {
		if slices.Contains(unset, c.Name) {
			continue
		}
		names := flagNames(c)
		taken := slices.DeleteFunc(settings(), func(s setting) bool { return !s.isTakenBy(c.Name, names) })
		if len(taken) == 0 {
			continue
		}
		c.Flags = append(c.Flags, flag())
		c.Before = func(ctx *cli.Context) error { return e.configure(ctx, taken) }
	}
}

// flagNames returns the names of the flags of a command. Flag.Names evaluates a regular expression
// on each call, so call this once per command.
func flagNames(c *cli.Command) []string {
	var names []string
	for _, f := range c.Flags {
		names = append(names, f.Names()...)
	}
	return names
}

// isTakenBy reports whether a command, which has flags of these names, takes the setting.
func (s setting) isTakenBy(command string, flags []string) bool {
	return slices.Contains(flags, s.flagName()) && (s.only == nil || slices.Contains(s.only, command)) && (command != "report" || s.flagName() != "o")
}

// configPath returns the value of --config, before or after the command.
func configPath(ctx *cli.Context) string {
	for _, c := range ctx.Lineage() {
		if path := c.String("config"); path != "" {
			return path
		}
	}
	return ""
}

// configure sets the flags that were not given to their configured values.
func (e env) configure(ctx *cli.Context, taken []setting) error {
	read, err := config.Load(e.Env, settingsOf(settings()), configPath(ctx))
	if err != nil {
		return err
	}
	for _, s := range taken {
		value := read.Value(s.Key)
		given := slices.ContainsFunc(append(s.yields, s.flagName()), ctx.IsSet)
		if given || value.Source == config.Default {
			continue
		}
		for _, text := range value.Texts {
			if err := ctx.Set(s.flagName(), text); err != nil {
				return fmt.Errorf("%s: %w", s.Key, err)
			}
		}
		e.config.Values = append(e.config.Values, value)
	}
	return nil
}

// isConfigured reports whether the value of a flag comes from the settings. Files named there
// were not chosen for this run.
func (e env) isConfigured(key string) bool {
	return e.config.Value(key).Source != config.Default
}

// outputPath returns the index of the path in a value of -o.
func outputPath(text string) int {
	if i := strings.IndexByte(text, '='); i >= 0 {
		return i + 1
	}
	return -1
}

func checkOutput(text string) error {
	_, err := parseOutputs([]string{text})
	return err
}

func checkBool(text string) error {
	if text != "true" && text != "false" {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

const timeHint = "30s is 30 seconds, 5m five minutes"

func checkTime(least time.Duration) func(string) error {
	return func(text string) error {
		if length, err := time.ParseDuration(text); err != nil || length < least {
			return fmt.Errorf("%q is not a length of time", text)
		}
		return nil
	}
}

func checkJobs(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 1 {
		return fmt.Errorf("%q is not a number of devices", text)
	}
	return nil
}

func checkDays(text string) error {
	if _, err := command.Days("max-age", text); err != nil {
		return fmt.Errorf("%q is not a number of days", text)
	}
	return nil
}

func checkLevel(text string) error {
	if !slices.Contains(report.Levels(), report.FailOn(text)) {
		return fmt.Errorf("unknown level %q", text)
	}
	return nil
}

func checkHub(text string) error {
	if u, err := url.Parse(text); err != nil || u.Hostname() == "" || u.Scheme != "tls" && u.Scheme != "nats" {
		return fmt.Errorf("%q is not the address of a hub", text)
	}
	return nil
}

func checkSend(text string) error {
	if !slices.Contains([]string{"names", "serials", "assets"}, text) {
		return fmt.Errorf("unknown value %q", text)
	}
	return nil
}
