package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/config"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/urfave/cli/v2"
)

func manCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "man",
		Usage: "print the manual page",
		Description: command.Examples(
			"backupdoctor man | man -l -                                    read it",
			"backupdoctor man > /usr/local/share/man/man1/backupdoctor.1    install it",
		),
		Action: command.Takes(0, func(ctx *cli.Context) error {
			_, err := e.Stdout.Write(md2man.Render([]byte(manual(ctx.App, e.hub.variables))))
			return err
		}),
	}
}

// manual returns the manual page in the Markdown of md2man, made from the help texts. The page that
// urfave/cli makes lacks their examples.
func manual(app *cli.App, variables [][2]string) string {
	var page strings.Builder
	fmt.Fprintf(&page, "%% %s 1\n\n# NAME\n\n%s - %s\n\n", app.Name, app.Name, app.Usage)
	fmt.Fprintf(&page, "# SYNOPSIS\n\n**%s** *command* [*flags*] [*arguments*]\n\n", app.Name)
	fmt.Fprintf(&page, "# DESCRIPTION\n\n%s\n\n# COMMANDS\n\n", deepened(description))
	writeCommands(&page, app.Commands, app.Name)
	page.WriteString(files)
	writeEnvironment(&page, variables)
	page.WriteString("# EXIT STATUS\n\n")
	for _, e := range report.Exits() {
		fmt.Fprintf(&page, "**%d**\n: %s\n\n", e.Code, e.Meaning)
	}
	return page.String()
}

const files = `# FILES

**backupdoctor/` + config.FileName + `** in the user's configuration folder
: settings; **backupdoctor config** shows them

**` + suppressions.FileName + `** in the current folder, else in backupdoctor in the configuration folder
: findings to suppress

**backupdoctor/slots.json** in the configuration folder
: the names of the slots

**backupdoctor/history.sqlite** in the user's data folder
: the history

The configuration folder is **$XDG_CONFIG_HOME** or **~/.config** on Linux, **~/Library/Application Support** on macOS and **%AppData%** on Windows; the data folder is **$XDG_DATA_HOME** or **~/.local/share**, the same on macOS, and **%LocalAppData%**.

`

// writeEnvironment lists the environment variables, including those of a hub.
func writeEnvironment(page io.Writer, ofHub [][2]string) {
	fmt.Fprint(page, "# ENVIRONMENT\n\n")
	for _, v := range append([][2]string{
		{config.FileVariable, "the configuration file"},
		{command.PasswordVariable, "the password of an encrypted backup"},
		{scan.HistoryVariable, "the file of the history"},
		{slotsVariable, "the file of the slots"},
		{"USBMUXD_SOCKET_ADDRESS", "where usbmuxd is: UNIX:/path or host:port"},
		{"NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM, COLUMNS, LANG", "colours, width and letters of the output"},
	}, ofHub...) {
		fmt.Fprintf(page, "**%s**\n: %s\n\n", v[0], v[1])
	}
	for _, s := range settings() {
		fmt.Fprintf(page, "**%s**\n: the setting %s; default: %s\n\n", s.Variable(), s.Key, s.Usual)
	}
}

func writeCommands(page io.Writer, commands []*cli.Command, parent string) {
	for _, command := range commands {
		if command.Hidden {
			continue
		}
		name := strings.TrimSpace(parent + " " + command.Name)
		fmt.Fprintf(page, "## %s\n\n%s.\n\n%s\n\n", strings.TrimSpace(name+" "+command.ArgsUsage), command.Usage, deepened(command.Description))
		for _, flag := range command.VisibleFlags() {
			if flag != cli.HelpFlag {
				writeFlag(page, flag)
			}
		}
		writeCommands(page, command.Subcommands, name)
	}
}

// writeFlag writes what the help text says about a flag: its names and its usage, separated by
// a tab.
func writeFlag(page io.Writer, flag cli.Flag) {
	names, usage, _ := strings.Cut(flag.String(), "\t")
	fmt.Fprintf(page, "**%s**\n: %s\n\n", names, usage)
}

// deepened indents examples by four spaces, which makes them literal in Markdown.
func deepened(text string) string { return strings.ReplaceAll(text, "\n   ", "\n    ") }
