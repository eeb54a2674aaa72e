//go:build !fleet

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestPlainScripts runs the terminal sessions in testdata/script_plain with a program built
// without a hub. Besides the usual commands they have exits, as in TestScripts.
func TestPlainScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script_plain",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": scriptExits},
	})
}

// TestPlainProgramHasNoHub checks that the program contains neither a NATS server nor a
// PostgreSQL driver.
func TestPlainProgramHasNoHub(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags=", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "github.com/backupdoctor/backupdoctor/report\n") {
		t.Fatal("the program does not even have the reports")
	}
	for _, part := range []string{"github.com/nats-io/", "github.com/jackc/pgx", "github.com/prometheus/client_golang", "report/ledger/postgres", "report/relay\n", "report/relay/credentials"} {
		if strings.Contains(string(out), part) {
			t.Errorf("the plain program has %s in it", part)
		}
	}
}
