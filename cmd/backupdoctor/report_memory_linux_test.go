package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// mostMemory is the peak of report, in bytes, however many devices there are.
const mostMemory = 100 << 20

// A report of thousands of devices is read and written in every format in the memory of few. The
// usual run has fewer devices and formats; held in full, they would need twice as much.
func TestReportOfManyDevicesNeedsLittleMemory(t *testing.T) {
	t.Parallel()
	if underRaceDetector() {
		t.Skip("the race detector uses memory of its own")
	}
	devices, formats := 600, []string{"json", "html", "junit", "table"}
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		devices, formats = 3000, format.Names() // nearly MaxReportBytes
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "tray.json")
	writeManyDevices(t, path, devices)
	args := []string{"report", path, "--all"}
	for _, name := range formats {
		args = append(args, "-o", name+"="+filepath.Join(folder, "many."+name))
	}
	peak, messages := peakBeforeOutput(t, folder, append(args, "-o", "json")...)
	if peak > mostMemory {
		t.Errorf("a report of %d devices needs %d MB, want at most %d MB", devices, peak>>20, mostMemory>>20)
	} else {
		t.Logf("%d devices: %d MB", devices, peak>>20)
	}
	table, err := os.ReadFile(filepath.Join(folder, "many.table"))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("\n%d devices: ", devices); !bytes.Contains(table, []byte(want)) {
		t.Errorf("the table lacks %q; %s", want, messages)
	}
}

// peakBeforeOutput runs the program, whose last output must be longer than a pipe holds, and returns
// the most memory that it had used when it waited with every file written, in bytes, and its messages.
func peakBeforeOutput(t *testing.T, home string, arguments ...string) (peak int, messages string) {
	t.Helper()
	program := exec.Command(testProgram(t), arguments...)
	program.Env = []string{"HOME=" + home, "LANG=C.UTF-8", "COLUMNS=80"}
	var stderr bytes.Buffer
	program.Stderr = &stderr
	stdout, err := program.StdoutPipe()
	if err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Fatal(err, stderr.String())
	}
	peak = peakOf(t, program.Process.Pid)
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // exit code 1: devices are failing, or files are missing
	return peak, stderr.String()
}

// writeManyDevices writes a report with the devices of a tray, over and over.
func writeManyDevices(t *testing.T, path string, devices int) {
	t.Helper()
	tray, err := os.ReadFile("../../testdata/reports/tray-of-six.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Read(bytes.NewReader(tray))
	if err != nil {
		t.Fatal(err)
	}
	few := r.Devices
	r.Devices = nil
	for i := range devices {
		d := few[i%len(few)]
		d.UDID = fmt.Sprintf("00008110-%016X", i)
		r.Devices = append(r.Devices, d)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := format.WriteJSON(file, r); err != nil {
		t.Fatal(err)
	}
}

// peakOf returns the maximum resident set size of a process, in bytes.
func peakOf(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip(err)
	}
	_, after, found := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(after, "\n")
	kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(line), " kB"))
	if err != nil || !found {
		t.Skipf("no peak in %q", line)
	}
	return kilobytes << 10
}
