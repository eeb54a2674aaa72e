package usb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// listening holds what was received from a device.
type listening struct {
	services []string
	lines    []string // process: text
	lost     uint64
	changed  int
}

// listen follows a device's log until enough returns true, and returns how it ended.
func listen(t *testing.T, tray *sim.Tray, enough func(listening) bool) (listening, error) {
	t.Helper()
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all listening
	err = client.Listen(ctx, found[0], func(h Heard) {
		switch {
		case h.Service != "":
			all.services = append(all.services, h.Service)
		case h.Line != nil:
			all.lines = append(all.lines, h.Line.Process+": "+h.Line.Text)
			if age := time.Since(h.Line.At); age < 0 || age > time.Minute {
				t.Errorf("a line of %v", h.Line.At)
			}
		case h.Changed:
			all.changed++
		default:
			all.lost += h.Lost
		}
		if enough(all) {
			cancel()
		}
	})
	return all, err
}

func withLog(t *testing.T, steps []sim.LogStep, faults ...sim.Fault) *sim.Device {
	t.Helper()
	d := patient(t, "healthy-iphone", faults...)
	d.Log = steps
	return d
}

// oldDevice lacks the newer log service.
var oldDevice = sim.Fault{Kind: sim.Refused, At: "StartService " + traceService, Error: "InvalidService"}

func hasFailed(l listening) bool {
	return slices.ContainsFunc(l.lines, func(line string) bool { return strings.Contains(line, "Backup failed") })
}

func TestListenFollowsEitherLog(t *testing.T) {
	want := []string{
		"Preferences: restoreState running: 0",
		"Preferences: Backup Button Enabled: 1",
		"backupd: =scheduler= [Off condition] state changed, enabled:1, locked:0, onPower:1, onWiFi:1, onCellular:0(0), managerStates:<private>, changes:locked",
		"backupd: =cloud-backup= Finished setting up backup for <private> isResumed:0 type:<private>",
		"backupd: =cloud-backup= Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25), <private>",
	}
	steps := sim.FailedBackup("MBErrorDomain(303)", "CKErrorDomain(25)")
	for _, test := range []struct {
		service string
		device  *sim.Device
	}{
		{traceService, withLog(t, steps)},
		{syslogService, withLog(t, steps, oldDevice)},
		{syslogService, withLog(t, steps, sim.Fault{Kind: sim.MissingKeys, At: traceService + " StartActivity"})},
	} {
		t.Run(test.service, func(t *testing.T) {
			got, err := listen(t, newTray(t, test.device), hasFailed)
			if !errors.Is(err, device.Interrupted) {
				t.Errorf("ended with %v", err)
			}
			if diff := cmp.Diff([]string{test.service}, got.services); diff != "" {
				t.Errorf("services (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(want, got.lines); diff != "" || got.lost != 0 {
				t.Errorf("lost %d (-want +got)\n%s", got.lost, diff)
			}
		})
	}
}

func TestListenIsToldOfANewBackup(t *testing.T) {
	got, err := listen(t, newTray(t, withLog(t, append(slices.Clone(sim.CompletedBackup()), sim.LogStep{AfterSeconds: 0.3, Post: domainChanged}))), func(l listening) bool { return l.changed > 0 })
	if !errors.Is(err, device.Interrupted) || got.changed == 0 {
		t.Errorf("changed %d times, ended with %v", got.changed, err)
	}
}

// Without notifications the log is still followed.
func TestListenManagesWithoutNotifications(t *testing.T) {
	d := withLog(t, sim.FailedBackup("MBErrorDomain(303)"), sim.Fault{Kind: sim.Refused, At: "StartService " + notifyService, Error: "InvalidService"})
	if got, _ := listen(t, newTray(t, d), hasFailed); !hasFailed(got) {
		t.Errorf("heard %v", got.lines)
	}
}

func TestListenSaysWhyItEnds(t *testing.T) {
	never := func(listening) bool { return false }
	lie := binary.LittleEndian.AppendUint32([]byte{traceMagic}, 1<<31)
	for _, test := range []struct {
		name   string
		device *sim.Device
		want   error
	}{
		{"unplugged", withLog(t, []sim.LogStep{{Detach: true}}), device.Detached},
		{"no trust", patient(t, "not-trusted"), device.NeverPaired},
		{"not unlocked since it started", patient(t, "healthy-iphone", sim.Fault{Kind: sim.Locked}), device.Locked},
		{"a frame of 2 GiB", withLog(t, []sim.LogStep{{Raw: lie}}), device.Oversized},
		{"no frame", withLog(t, []sim.LogStep{{Raw: []byte("something else")}}), device.Malformed},
		{"no log", patient(t, "healthy-iphone", oldDevice, sim.Fault{Kind: sim.Refused, At: "StartService " + syslogService, Error: "InvalidService"}), device.NoService},
		{"an answer of 2 GiB, and no other log", patient(t, "healthy-iphone", sim.Fault{Kind: sim.Oversized, At: traceService}, sim.Fault{Kind: sim.Refused, At: "StartService " + syslogService, Error: "InvalidService"}), device.NoService},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := listen(t, newTray(t, test.device), never); !errors.Is(err, test.want) {
				t.Errorf("ended with %v after %+v, want %v", err, got, test.want)
			}
		})
	}
}

// Unreadable data is counted, and reading continues after it.
func TestListenCountsWhatIsLost(t *testing.T) {
	tooLong := append(binary.LittleEndian.AppendUint32([]byte{traceMagic}, maxTrace+1), make([]byte, maxTrace+1)...)
	broken := append(binary.LittleEndian.AppendUint32([]byte{traceMagic}, 3), 1, 2, 3)
	steps := append([]sim.LogStep{{Raw: tooLong}, {Raw: broken, Repeat: 5}}, sim.FailedBackup("MBErrorDomain(303)")...)
	if got, _ := listen(t, newTray(t, withLog(t, steps)), hasFailed); got.lost != 6 || !hasFailed(got) {
		t.Errorf("lost %d, want 6; heard %v", got.lost, got.lines)
	}
	text := append(bytes.Repeat([]byte("x"), 3*maxSyslog), 0)
	steps = append([]sim.LogStep{{Raw: text}, {Raw: []byte("no form that is known\x00"), Repeat: 5}}, sim.FailedBackup("MBErrorDomain(303)")...)
	if got, _ := listen(t, newTray(t, withLog(t, steps, oldDevice)), hasFailed); got.lost != 6 || !hasFailed(got) {
		t.Errorf("of text lost %d, want 6; heard %v", got.lost, got.lines)
	}
}

// A flood of log lines costs time but no memory.
func TestListenIsNotFloodedOut(t *testing.T) {
	lines := 2000
	if testing.Short() {
		lines = 120 // enough for the race detector
	}
	steps := []sim.LogStep{{Process: "backupd", Text: "=cloud-backup= " + strings.Repeat("x", 30_000), Repeat: lines}}
	steps = append(steps, sim.FailedBackup("MBErrorDomain(303)")...)
	tray := newTray(t, withLog(t, steps))
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // under the race detector, on a busy computer
	defer cancel()
	l := backuplog.New(traceService, "", time.Now())
	var most uint64
	heard := 0
	client.Listen(ctx, found[0], func(h Heard) {
		if h.Line == nil {
			return
		}
		if e, _ := l.Add(*h.Line); e.Kind == backuplog.Failed {
			cancel()
		}
		if heard++; heard%100 == 0 {
			runtime.GC()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			most = max(most, memory.HeapAlloc)
		}
	})
	if !l.Ended() || most > 64<<20 {
		t.Errorf("ended %v, with at most %d MB in use after %d lines", l.Ended(), most>>20, heard)
	}
}

func TestListenAsksNothingThatIsNotPermitted(t *testing.T) {
	for _, d := range []*sim.Device{withLog(t, sim.CompletedBackup()), withLog(t, sim.CompletedBackup(), oldDevice)} {
		tray := newTray(t, d)
		listen(t, tray, func(l listening) bool { return len(l.lines) >= 5 })
		permitted := append(slices.Clone(Permitted), PermittedListening...)
		for _, request := range tray.Requests() {
			if name := request.Service + " " + request.Name; !slices.Contains(permitted, name) {
				t.Errorf("the device was asked %q", name)
			}
		}
	}
}

// Listening leaves neither goroutines nor files behind.
func TestListenLeavesNothingBehind(t *testing.T) {
	tray := newTray(t, withLog(t, sim.FailedBackup("MBErrorDomain(303)")))
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	follow := func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		client.Listen(ctx, found[0], func(h Heard) {
			if h.Line != nil && strings.Contains(h.Line.Text, "Backup failed") {
				cancel()
			}
		})
	}
	follow()
	time.Sleep(100 * time.Millisecond)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 5 {
		follow()
	}
	for range 100 {
		if runtime.NumGoroutine() <= goroutines && openFiles(t) <= files {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines and %d files were %d and %d before", runtime.NumGoroutine(), openFiles(t), goroutines, files)
}

// FuzzTrace checks that no stream of frames makes the readers panic, keep more than one frame, or
// report a process unrelated to backups.
func FuzzTrace(f *testing.F) {
	frame := make([]byte, traceHeader)
	frame[37], frame[109] = 8, 3
	frame = append(frame, "backupd\x00hi\x00"...)
	f.Add(append(binary.LittleEndian.AppendUint32([]byte{traceMagic}, uint32(len(frame))), frame...))
	f.Add(append([]byte{1, 0, 0, 0, 5}, "<a/>!"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		traceStarted(bytes.NewReader(data))
		r := &traceReader{Reader: bufio.NewReaderSize(bytes.NewReader(data), maxSyslog)}
		for {
			frame, _, err := r.next()
			if err != nil {
				break
			}
			line, ok, err := parseTrace(frame)
			if ok && (err != nil || !backuplog.Concerns(line.Process) || len(line.Text) > backuplog.MaxText) {
				t.Errorf("%+v, %v", line, err)
			}
		}
	})
}

// FuzzSyslog checks the same for the text log.
func FuzzSyslog(f *testing.F) {
	f.Add([]byte("Nov 21 03:12:15 iPhone backupd(MobileBackup)[123] <Error>: x\n\x00Nov 21 03:12:15 iPhone other[1] <Notice>: y\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := syslogReader{bufio.NewReaderSize(bytes.NewReader(data), maxSyslog)}
		for {
			text, skipped, err := r.next()
			if err != nil {
				break
			}
			if len(text) > maxSyslog || skipped && text != nil {
				t.Errorf("%d bytes of a line, skipped %v", len(text), skipped)
			}
			if line, ok, _ := parseSyslog(text); ok && (!backuplog.Concerns(line.Process) || len(line.Text) > backuplog.MaxText) {
				t.Errorf("%+v", line)
			}
		}
	})
}
