package main

import (
	"context"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/config"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/urfave/cli/v2"
)

// env is the environment of this program's commands.
type env struct {
	command.Env
	screen *terminal.Screen // on stderr
	hub    hubPart
	config *config.Config // read before a command with settings runs
}

// A hubPart is what package hub adds to a program built with the tag fleet.
type hubPart struct {
	commands     func(command.Env) []*cli.Command
	linkHelp     string
	linkExamples []string
	linkFlags    func() []cli.Flag
	variables    [][2]string // environment variables of the hub, and what each holds
	outgoing     func(ctx *cli.Context, e command.Env, kept bool, tell, warn func(string)) (*scan.Outgoing, error)
}

func newEnv(e command.Env, hub hubPart) env {
	return env{Env: e, screen: terminal.NewScreen(e.Stderr, e.Getenv), hub: hub, config: &config.Config{}}
}

// run runs one command line and returns the exit code.
func run(ctx context.Context, e command.Env, hub hubPart) int {
	return command.Run(ctx, e, newApp(newEnv(e, hub)))
}
