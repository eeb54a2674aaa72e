package usb

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/backup/library"
)

// killedVariable tells a child process of the tests which backup to make: the address of the
// mux, the library, and the step at which to kill itself.
const killedVariable = "BACKUPDOCTOR_TEST_KILLED"

// runKilled runs a backup in a process that is killed.
func runKilled(t *testing.T, c *backupCase) {
	client, detach := attachHealthy(t, c.agent)
	defer detach()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledBackup$")
	child.Env = append(os.Environ(), killedVariable+"="+strings.Join([]string{client.Address, c.lib.Path, strconv.Itoa(c.n)}, "\n"))
	out, err := child.CombinedOutput()
	if child.ProcessState == nil || child.ProcessState.Exited() {
		t.Fatalf("the process was not killed: %v\n%s", err, out)
	}
}

// TestKilledBackup is the process that runKilled starts.
func TestKilledBackup(t *testing.T) {
	told := strings.Split(os.Getenv(killedVariable), "\n")
	if len(told) != 3 {
		t.Skip("only as a child process of another test")
	}
	last, err := strconv.Atoi(told[2])
	if err != nil {
		t.Fatal(err)
	}
	this, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	a := attempt{step: func(n int) {
		if n == last {
			_ = this.Kill() // if it fails, the parent finds that this process ended by itself
			select {}
		}
	}}
	if _, err := a.run(t.Context(), library.Library{Path: told[1]}, Client{Address: told[0]}); err != nil {
		t.Fatal(err)
	}
}
