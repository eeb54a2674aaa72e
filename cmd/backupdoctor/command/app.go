package command

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// A Program is a set of commands that run as one program.
type Program struct {
	Usage       string
	Description string
	Commands    []*cli.Command
	Values      func(flag string) []string // completions for a flag's value; nil for none
}

// App returns the program in an environment, for [Run].
func (p Program) App(env Env) *cli.App {
	app := &cli.App{
		Name:                      "backupdoctor",
		HelpName:                  "backupdoctor",
		Usage:                     p.Usage,
		UsageText:                 "backupdoctor command [flags] [arguments]",
		Version:                   Version(),
		Commands:                  p.Commands,
		Description:               p.Description + "\n\n" + ExitCodes(),
		Flags:                     []cli.Flag{cli.HelpFlag, versionFlag()},
		Action:                    unknownCommand,
		Reader:                    env.Stdin,
		ErrWriter:                 env.Stderr,
		OnUsageError:              onFlagError,
		ExitErrHandler:            func(*cli.Context, error) {}, // Run decides how the process ends
		HideHelpCommand:           true,
		HideVersion:               true,
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true, // a file name may contain a comma
	}
	names := commandNames(app.Commands)
	app.BashComplete = Complete(env, p.Values, nil, names)
	app.Commands = append(app.Commands, helpCommand(Complete(env, p.Values, nil, names)))
	for _, command := range app.Commands {
		p.prepare(command, env)
	}
	return app
}

// versionFlag does the same as the command version.
func versionFlag() cli.Flag {
	return &cli.BoolFlag{Name: "version", Aliases: []string{"v"}, Usage: "print the version", DisableDefaultText: true}
}

// prepare sets what all commands have in common.
func (p Program) prepare(command *cli.Command, env Env) {
	command.OnUsageError = onFlagError
	command.HideHelpCommand = true
	if command.BashComplete == nil {
		command.BashComplete = Complete(env, p.Values, command.Flags, commandNames(command.Subcommands))
	}
	if action := command.Action; action != nil {
		command.Action = func(ctx *cli.Context) error {
			warnOfSecrets(ctx, env)
			return action(ctx)
		}
	}
	for _, sub := range command.Subcommands {
		p.prepare(sub, env)
	}
}

// unknownCommand runs if no command has the given name.
func unknownCommand(ctx *cli.Context) error {
	if version := commandNamed(ctx.App.Commands, "version"); ctx.Bool("version") && version != nil {
		return version.Action(ctx)
	}
	if !ctx.Args().Present() {
		return cli.ShowAppHelp(ctx)
	}
	return noCommand(ctx, ctx.Args().First())
}

func noCommand(ctx *cli.Context, name string) error {
	hint := "see " + ctx.App.Name + " --help"
	if near := Closest(name, commandNames(ctx.App.Commands)); near != "" {
		hint = "did you mean " + near + "?"
	}
	return Usage(hint, "unknown command %q", name)
}

func helpCommand(complete cli.BashCompleteFunc) *cli.Command {
	return &cli.Command{
		Name:         "help",
		Usage:        "show help for the program or a command",
		ArgsUsage:    "[COMMAND]",
		BashComplete: complete,
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

// Complete prints what may come next on a command line: the values of a flag that needs one, or
// else flags or arguments.
func Complete(env Env, values func(flag string) []string, flags []cli.Flag, arguments []string) cli.BashCompleteFunc {
	return func(*cli.Context) {
		last := ""
		if before := len(env.Args) - 2; before >= 0 {
			last = env.Args[before]
		}
		candidates := arguments
		if strings.HasPrefix(last, "-") {
			candidates = afterDash(values, flags, last)
		}
		for _, candidate := range candidates {
			fmt.Fprintln(env.Stdout, candidate)
		}
	}
}

// afterDash returns the values of the flag, if it takes any, or else all flags.
func afterDash(values func(flag string) []string, flags []cli.Flag, last string) []string {
	if takesValue(flags, last) {
		if values == nil {
			return nil
		}
		return values(strings.TrimLeft(last, "-"))
	}
	var names []string
	for _, flag := range flags {
		for _, name := range flag.Names() {
			names = append(names, Dashed(name))
		}
	}
	return append(names, "--help")
}

func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, command := range commands {
		if !command.Hidden {
			names = append(names, command.Name)
		}
	}
	return names
}
