// Package hub has the commands hub and fleet, and what connects a bench to a hub: its flags and
// the uploader of its reports.
//
// It is always compiled and tested. A file of cmd/backupdoctor with the build tag fleet links
// it into the program, since what a hub needs more than doubles the size of the program.
package hub

import (
	"sync"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/postgres"
	"github.com/urfave/cli/v2"
)

// env is an environment whose methods read flags and run commands.
type env struct{ command.Env }

// Commands returns the commands hub and fleet.
func Commands(e command.Env) []*cli.Command {
	register()
	return []*cli.Command{hubCommand(env{e}), fleetCommand(env{e})}
}

// register enables PostgreSQL for ledgers.
var register = sync.OnceFunc(func() { ledger.Register(postgres.Connect) })
