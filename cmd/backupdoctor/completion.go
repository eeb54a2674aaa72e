package main

import (
	"embed"
	"maps"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/urfave/cli/v2"
)

// The scripts in the folder completion pass this program the words before the cursor, the
// unfinished word too if it begins with a dash, and completionFlag at the end. The program
// prints one candidate per line, or nothing where a file name belongs.
//
//go:embed completion
var completionScripts embed.FS

var shells = []string{"bash", "zsh", "fish", "pwsh"}

func completionCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script of a shell",
		ArgsUsage: "SHELL",
		Description: "SHELL is bash, zsh, fish or pwsh.\n\n" + command.Examples(
			`eval "$(backupdoctor completion bash)"                                  in ~/.bashrc`,
			`eval "$(backupdoctor completion zsh)"                                   in ~/.zshrc, after compinit`,
			`backupdoctor completion fish | source                                   in ~/.config/fish/config.fish`,
			`backupdoctor completion pwsh | Out-String | Invoke-Expression           in $PROFILE`,
		),
		BashComplete: command.Complete(e.Env, nil, nil, shells),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			shell := ctx.Args().First()
			if !slices.Contains(shells, shell) {
				return command.Usage("use "+strings.Join(shells, ", "), "no completion for the shell %q", shell)
			}
			script, err := completionScripts.ReadFile("completion/backupdoctor." + shell)
			if err != nil {
				return err
			}
			_, err = e.Stdout.Write(script)
			return err
		}),
	}
}

// flagValues returns the possible values of a flag, if they can be listed.
func flagValues(flag string) []string {
	switch flag {
	case "only", "skip":
		return command.CheckIDs()
	case "color":
		return colors
	case "o":
		return format.Names()
	case "format":
		return slices.Sorted(maps.Keys(exportFormats))
	default:
		return nil
	}
}
