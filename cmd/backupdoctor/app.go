package main

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

const description = `Plug an iPhone or iPad in, unlock it, tap Trust, and run

   backupdoctor scan

Each cause that was found comes with what was read on the device and with the
documented remedy, in the words of that model and that iOS version. A scan reads only:
it changes nothing on the device, and goes to the internet only with --net.

Backups of devices on this computer are a second source. Whether they are whole says

   backupdoctor verify

Without a device at hand, see what it does with

   backupdoctor demo`

func newApp(s surroundings) *cli.App {
	app := &cli.App{
		Name:      "backupdoctor",
		HelpName:  "backupdoctor",
		Usage:     "say why iCloud Backup fails on an attached iPhone or iPad",
		UsageText: "backupdoctor command [flags] [arguments]",
		Version:   version(),
		Commands: []*cli.Command{
			scanCommand(s),
			watchCommand(s),
			benchCommand(s),
			listenCommand(s),
			reportCommand(s),
			captureCommand(s),
			demoCommand(s),
			sysdiagnoseCommand(s),
			devicesCommand(s),
			selfCheckCommand(s),
			slotsCommand(s),
			hubCommand(s),
			fleetCommand(s),
			backupsCommand(s),
			verifyCommand(s),
			historyCommand(s),
			checksCommand(s),
			explainCommand(s),
			releasesCommand(s),
			schemaCommand(s),
			completionCommand(s),
			manCommand(s),
			versionCommand(s),
			simCommand(s),
		},
		Description:               description + "\n\nExit codes:\n\n" + indented(report.ExitTable()),
		Flags:                     []cli.Flag{cli.HelpFlag},
		Action:                    unknownCommand,
		Reader:                    s.stdin,
		ErrWriter:                 s.stderr,
		OnUsageError:              onFlagError,
		ExitErrHandler:            func(*cli.Context, error) {}, // run decides how the process ends
		HideHelpCommand:           true,
		HideVersion:               true,
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true, // a file name may hold a comma
	}
	app.BashComplete = s.completer(nil, commandNames(app.Commands))
	app.Commands = append(app.Commands, helpCommand(s, commandNames(app.Commands)))
	for _, command := range app.Commands {
		prepare(command, s)
	}
	return app
}

// prepare sets what all commands have in common.
func prepare(command *cli.Command, s surroundings) {
	command.OnUsageError = onFlagError
	command.HideHelpCommand = true
	if command.BashComplete == nil {
		command.BashComplete = s.completer(command.Flags, commandNames(command.Subcommands))
	}
	for _, sub := range command.Subcommands {
		prepare(sub, s)
	}
}

// unknownCommand runs when no command has the name that was given.
func unknownCommand(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return cli.ShowAppHelp(ctx)
	}
	return noCommand(ctx, ctx.Args().First())
}

func noCommand(ctx *cli.Context, name string) error {
	hint := "see " + ctx.App.Name + " --help"
	if near := closest(name, commandNames(ctx.App.Commands)); near != "" {
		hint = "did you mean " + near + "?"
	}
	return usageError(hint, "unknown command %q", name)
}

func helpCommand(s surroundings, names []string) *cli.Command {
	return &cli.Command{
		Name:         "help",
		Usage:        "show help, or that of one command",
		ArgsUsage:    "[COMMAND]",
		BashComplete: s.completer(nil, names),
		Action: func(ctx *cli.Context) error {
			name := ctx.Args().First()
			if name == "" {
				return cli.ShowAppHelp(ctx)
			}
			command := commandNamed(ctx.App.Commands, name)
			if command == nil {
				return noCommand(ctx, name)
			}
			return cli.ShowCommandHelp(ctx.Lineage()[1], name)
		},
	}
}

// examples renders command lines with what each does, for the description of a command.
func examples(lines ...string) string {
	return "Examples:\n\n" + indented(strings.Join(lines, "\n"))
}

func indented(text string) string {
	return "   " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n   ")
}
