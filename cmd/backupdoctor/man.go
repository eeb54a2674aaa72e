package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
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
			_, err := e.Stdout.Write(md2man.Render([]byte(manual(ctx.App))))
			return err
		}),
	}
}

// manual is the manual page in the Markdown of md2man. It says what the help texts say: the
// page that the command line package makes leaves out their examples.
func manual(app *cli.App) string {
	var page strings.Builder
	fmt.Fprintf(&page, "%% %s 1\n\n# NAME\n\n%s - %s\n\n", app.Name, app.Name, app.Usage)
	fmt.Fprintf(&page, "# SYNOPSIS\n\n**%s** *command* [*flags*] [*arguments*]\n\n", app.Name)
	fmt.Fprintf(&page, "# DESCRIPTION\n\n%s\n\n# COMMANDS\n\n", deepened(description))
	writeCommands(&page, app.Commands, app.Name)
	page.WriteString("# EXIT STATUS\n\n")
	for _, e := range report.Exits() {
		fmt.Fprintf(&page, "**%d**\n: %s\n\n", e.Code, e.Meaning)
	}
	return page.String()
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

// writeFlag says of a flag what its line in a help text says, which is its names and its
// usage with a tab between.
func writeFlag(page io.Writer, flag cli.Flag) {
	names, usage, _ := strings.Cut(flag.String(), "\t")
	fmt.Fprintf(page, "**%s**\n: %s\n\n", names, usage)
}

// deepened indents examples by the four spaces that make them literal in Markdown.
func deepened(text string) string { return strings.ReplaceAll(text, "\n   ", "\n    ") }
