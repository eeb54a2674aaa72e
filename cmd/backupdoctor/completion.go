package main

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/urfave/cli/v2"
)

// The scripts in the folder completion pass the words before the cursor to this program,
// and the unfinished word too if it begins with a dash, with completionFlag at the end.
// The program prints one candidate a line, or nothing where a file name belongs.
//
//go:embed completion
var completionScripts embed.FS

var shells = []string{"bash", "zsh", "fish", "pwsh"}

func completionCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script of a shell",
		ArgsUsage: "SHELL",
		Description: "SHELL is bash, zsh, fish or pwsh.\n\n" + examples(
			`eval "$(backupdoctor completion bash)"                                  in ~/.bashrc`,
			`eval "$(backupdoctor completion zsh)"                                   in ~/.zshrc, after compinit`,
			`backupdoctor completion fish | source                                   in ~/.config/fish/config.fish`,
			`backupdoctor completion pwsh | Out-String | Invoke-Expression           in $PROFILE`,
		),
		BashComplete: s.completer(nil, shells),
		Action: takes(1, func(ctx *cli.Context) error {
			shell := ctx.Args().First()
			if !slices.Contains(shells, shell) {
				return usageError("use "+strings.Join(shells, ", "), "no completion for the shell %q", shell)
			}
			script, err := completionScripts.ReadFile("completion/backupdoctor." + shell)
			if err != nil {
				return err
			}
			_, err = s.stdout.Write(script)
			return err
		}),
	}
}

// completer prints what may come next on a command line: the values of a flag that waits
// for one, or the flags, or the arguments.
func (s surroundings) completer(flags []cli.Flag, arguments []string) cli.BashCompleteFunc {
	return func(ctx *cli.Context) {
		last := ""
		if before := len(s.args) - 2; before >= 0 {
			last = s.args[before]
		}
		candidates := arguments
		if strings.HasPrefix(last, "-") {
			candidates = afterDash(flags, last)
		}
		for _, candidate := range candidates {
			fmt.Fprintln(s.stdout, candidate)
		}
	}
}

// afterDash lists the values of the flag, if it takes any, else all flags.
func afterDash(flags []cli.Flag, last string) []string {
	if takesValue(flags, last) {
		return flagValues(strings.TrimLeft(last, "-"))
	}
	var names []string
	for _, flag := range flags {
		for _, name := range flag.Names() {
			names = append(names, dashed(name))
		}
	}
	return append(names, "--help")
}

// flagValues lists the values of a flag, if they can be listed.
func flagValues(flag string) []string {
	switch flag {
	case "only", "skip":
		return checkIDs()
	case "color":
		return colors
	case "o":
		return formats
	case "format":
		return slices.Sorted(maps.Keys(exportFormats))
	default:
		return nil
	}
}

func checkIDs() []string {
	var ids []string
	for _, check := range checks.All() {
		ids = append(ids, check.ID)
	}
	return ids
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
