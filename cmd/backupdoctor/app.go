package main

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

const description = `Plug an iPhone or iPad in, unlock it, tap Trust, and run

   backupdoctor scan

Each cause comes with the evidence that was read, and with the documented remedy in the
words of that model and that iOS version. A scan only reads: it changes nothing on the
device, and uses the internet only with --net.

Backups of devices on this computer are a second source of evidence. To learn whether they
are whole, run

   backupdoctor verify

To see what it does without a device, run

   backupdoctor demo`

func newApp(e env) *cli.App {
	command.LayOutHelp()
	app := command.Program{
		Usage:       "say why iCloud Backup fails on an attached iPhone or iPad",
		Description: description,
		Values:      flagValues,
		Commands: slices.Concat([]*cli.Command{
			scanCommand(e),
			watchCommand(e),
			benchCommand(e),
			listenCommand(e),
			reportCommand(e),
			captureCommand(e),
			demoCommand(e),
			backupCommand(e),
			restartCommand(e),
			treatCommand(e),
			sysdiagnoseCommand(e),
			devicesCommand(e),
			selfCheckCommand(e),
			slotsCommand(e),
		}, e.hub.commands(e.Env), []*cli.Command{
			backupsCommand(e),
			verifyCommand(e),
			historyCommand(e),
			checksCommand(e),
			explainCommand(e),
			releasesCommand(e),
			configCommand(e),
			schemaCommand(e),
			completionCommand(e),
			manCommand(e),
			versionCommand(e),
			simCommand(e),
		}),
	}.App(e.Env)
	e.takeSettings(app)
	return app
}
