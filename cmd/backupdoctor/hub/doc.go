// Package hub is the commands hub and fleet, and what connects a bench to a hub: the flags for
// it, and the uploader of its reports.
//
// It is compiled and tested always, and linked into the program by one file of
// cmd/backupdoctor, which has the build tag fleet: what a hub needs makes a program more than
// twice as large.
package hub

import (
	"sync"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/postgres"
	"github.com/urfave/cli/v2"
)

// env reads flags and runs commands in an environment.
type env struct{ command.Env }

// Commands are hub and fleet.
func Commands(e command.Env) []*cli.Command {
	register()
	return []*cli.Command{hubCommand(env{e}), fleetCommand(env{e})}
}

// register lets a ledger be in PostgreSQL.
var register = sync.OnceFunc(func() { ledger.Register(postgres.Connect) })
