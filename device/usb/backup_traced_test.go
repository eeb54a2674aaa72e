package usb

import (
	"os"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/backup/library"
)

// tracedVariable tells a child process of the tests which backup to make: the address of the mux,
// the library, the password, and from which phase on its system calls are of interest.
const tracedVariable = "BACKUPDOCTOR_TEST_TRACED"

// The phases of a backup besides its session. The last removes the earlier copy.
const (
	cloning   = "cloning"
	receiving = "receiving"
	finishing = "finishing"
	proving   = "proving"
)

// refused is the exit code of a traced process whose system calls cannot be filtered.
const refused = 77

var tracedPhases = []string{cloning, receiving, finishing, proving}

// traced returns the system calls of a phase.
func (s *scenario) traced(t *testing.T, phase string) []string {
	folder := fastFolder(t)
	s.copyTo(t, folder)
	client, detach := attachHealthy(t, s.agent())
	defer detach()
	calls, _, ok := traceBackup(t, client.Address, &backupCase{scenario: s, kind: phase, n: -1, lib: newLibrary(t, folder)})
	if ok && len(calls) < 4 { // as many as a first backup makes while cloning and proving
		t.Errorf("only %d calls change something while %s", len(calls), phase)
	}
	return calls
}

// runTraced runs a backup in a process that is killed when it is about to change something.
func runTraced(t *testing.T, c *backupCase) {
	client, detach := attachHealthy(t, c.agent)
	defer detach()
	_, killed, ok := traceBackup(t, client.Address, c)
	if !ok {
		t.Skip("system calls cannot be traced on this computer")
	}
	if !killed && c.kind != cloning {
		t.Error("it was not killed") // how many files are cloned at a time decides how many clones fail
	}
}

// TestTracedBackup is the process that traceBackup starts.
func TestTracedBackup(t *testing.T) {
	told := strings.Split(os.Getenv(tracedVariable), "\n")
	if len(told) != 4 {
		t.Skip("only as a child process of another test")
	}
	a := attempt{proves: true, password: told[2], phase: func(name string) {
		if name == told[3] {
			if err := stopAtChanges(); err != nil {
				t.Log(err)
				os.Exit(refused)
			}
		}
		sayPhase(name)
	}}
	if _, err := a.run(t.Context(), library.Library{Path: told[1]}, Client{Address: told[0]}); err != nil {
		t.Fatal(err)
	}
}
