package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// mostBackupMemory is how much more memory than scan the backup of one device may need, in bytes.
const mostBackupMemory = 32 << 20

// However many files a device has, its backup needs little more memory than a scan: nothing that is
// kept for each file stays in memory. The usual run has few files, a long one more, and
// BACKUPDOCTOR_LONG=all, by hand, 100,000.
func TestBackupOfManyFilesNeedsLittleMemory(t *testing.T) {
	t.Parallel()
	if underRaceDetector() {
		t.Skip("the race detector uses memory of its own")
	}
	files := 2_000
	switch os.Getenv("BACKUPDOCTOR_LONG") {
	case "":
	case "all":
		files = 100_000
	default:
		files = 20_000
	}
	d := loadDevice(t.Fatalf, "healthy-iphone")
	d.Backup = mobilebackup.New(mobilebackup.Numbered("CameraRollDomain", "Media/DCIM", files, 100)...)
	address, _ := attach(t, d)
	folder := t.TempDir()
	base, _ := memoryOf(t, folder, "scan", "--usbmux", address, "--no-history", "-o", "summary")
	for _, run := range []string{"first", "second"} {
		peak, messages := memoryOf(t, folder, "backup", "--usbmux", address, "--to", filepath.Join(folder, "copies"), "--no-history", "-o", "summary")
		if !strings.Contains(messages, "whole, proved") {
			t.Fatal(messages)
		}
		if peak-base > mostBackupMemory {
			t.Errorf("the %s backup of %d files needs %d MB, a scan %d MB", run, files, peak>>20, base>>20)
		}
		t.Logf("%s backup of %d files: %d MB; scan: %d MB", run, files, peak>>20, base>>20)
	}
}

// memoryOf runs the program, which must succeed, and returns the most memory that it used, in bytes,
// and its messages.
func memoryOf(t *testing.T, home string, arguments ...string) (peak int64, messages string) {
	t.Helper()
	var stderr bytes.Buffer
	program := exec.Command(testProgram(t), arguments...)
	program.Env = []string{"HOME=" + home, "LANG=C.UTF-8"}
	program.Stderr = &stderr
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	ended, watched := make(chan struct{}), make(chan int64)
	go func() { watched <- highWater(program.Process.Pid, ended) }()
	err := program.Wait()
	close(ended)
	if peak = <-watched; err != nil || peak == 0 {
		t.Fatalf("%v, %d bytes of memory\n%s", err, peak, &stderr)
	}
	return peak, stderr.String()
}
