package command

import (
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// completionFlag is appended to the command line by the shells' completion scripts.
const completionFlag = "--generate-bash-completion"

// FlagsFirst moves the flags of a command before its arguments: the parser treats everything
// after the first argument as an argument, and people type "explain backup-stale --width 60".
// flags are those allowed before a command.
func FlagsFirst(commands []*cli.Command, flags []cli.Flag, args []string) []string {
	if len(args) > 0 && args[len(args)-1] == completionFlag {
		return args
	}
	i := firstArgument(flags, args)
	if i == len(args) {
		return args
	}
	command := commandNamed(commands, args[i])
	if command == nil {
		return args
	}
	head, rest := args[:i+1], args[i+1:]
	if isForSubcommand(command, rest) {
		return slices.Concat(head, FlagsFirst(command.Subcommands, command.Flags, rest))
	}
	before, behind := splitArguments(command, rest)
	return slices.Concat(head, before, behind)
}

// isForSubcommand reports whether the rest of a command line belongs to a subcommand. It does
// not if the command takes arguments itself and the first is not the name of a subcommand.
func isForSubcommand(command *cli.Command, args []string) bool {
	if len(command.Subcommands) == 0 {
		return false
	}
	i := firstArgument(command.Flags, args)
	return command.ArgsUsage == "" || i < len(args) && commandNamed(command.Subcommands, args[i]) != nil
}

// firstArgument returns the index of the first argument that is neither a flag nor its value,
// or the number of arguments if there is none.
func firstArgument(flags []cli.Flag, args []string) int {
	value := false // the next argument is the value of the previous flag
	for i, arg := range args {
		if !value && !strings.HasPrefix(arg, "-") {
			return i
		}
		value = !value && takesValue(flags, arg)
	}
	return len(args)
}

// splitArguments separates flags, with their values, from arguments. Everything after "--" is
// an argument, and so is a negative number, since error codes may be negative.
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
		positional = slices.Concat([]string{"--"}, positional) // or the parser treats it as a flag
	}
	return flags, positional
}

func isNumber(arg string) bool {
	_, err := strconv.Atoi(arg)
	return err == nil
}

// takesValue reports whether the next argument is the value of the flag.
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
