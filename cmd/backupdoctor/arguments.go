package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// completionFlag is what the shells' completion scripts put at the end of a command line.
const completionFlag = "--generate-bash-completion"

// flagsFirst puts the flags of a command before its arguments, because the parser takes
// everything after the first argument for arguments too, and people type
// "explain backup-stale --width 60". flags are those that may stand before a command.
func flagsFirst(commands []*cli.Command, flags []cli.Flag, args []string) []string {
	if len(args) > 0 && args[len(args)-1] == completionFlag {
		return args
	}
	value := false // the next argument belongs to the flag before it
	for i, arg := range args {
		if value || strings.HasPrefix(arg, "-") {
			value = !value && takesValue(flags, arg)
			continue
		}
		command := commandNamed(commands, arg)
		if command == nil {
			return args
		}
		head, rest := args[:i+1], args[i+1:]
		if len(command.Subcommands) > 0 && (command.ArgsUsage == "" || namesSubcommand(command, rest)) {
			return slices.Concat(head, flagsFirst(command.Subcommands, command.Flags, rest))
		}
		flags, positional := splitArguments(command, rest)
		return slices.Concat(head, flags, positional)
	}
	return args
}

// namesSubcommand reports whether the first argument of a command is one of its commands.
func namesSubcommand(command *cli.Command, args []string) bool {
	_, positional := splitArguments(command, args)
	return len(positional) > 0 && commandNamed(command.Subcommands, positional[0]) != nil
}

// splitArguments tells flags, with their values, from arguments. After "--" all is
// arguments, and so is a negative number: error codes may be.
func splitArguments(command *cli.Command, args []string) (flags, positional []string) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return flags, slices.Concat([]string{"--"}, positional, args)
		case arg == "-" || !strings.HasPrefix(arg, "-") || isNumber(arg):
			positional = append(positional, arg)
		default:
			flags = append(flags, arg)
			if takesValue(command.Flags, arg) && len(args) > 0 {
				flags = append(flags, args[0])
				args = args[1:]
			}
		}
	}
	if slices.ContainsFunc(positional, isNumber) {
		positional = slices.Concat([]string{"--"}, positional) // or the parser takes it for a flag
	}
	return flags, positional
}

func isNumber(arg string) bool {
	_, err := strconv.Atoi(arg)
	return err == nil
}

// takesValue reports whether the value of a flag is the argument that follows it.
func takesValue(flags []cli.Flag, arg string) bool {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), strings.TrimLeft(arg, "-")) })
	if i < 0 {
		return false
	}
	flag, ok := flags[i].(cli.DocGenerationFlag)
	return ok && flag.TakesValue()
}

func commandNamed(commands []*cli.Command, name string) *cli.Command {
	i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(name) })
	if i < 0 {
		return nil
	}
	return commands[i]
}
