package usb

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

const archiveOfTest = "sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90.tar.gz"

// withArchive returns a patient with an archive of the given size, no two chunks of which are
// alike.
func withArchive(t testing.TB, size int, faults ...sim.Fault) (*sim.Device, []byte) {
	t.Helper()
	archive := make([]byte, size)
	for i := range archive {
		archive[i] = byte(i ^ i>>8 ^ i>>16 ^ i>>24)
	}
	p := patient(t, "healthy-iphone", faults...)
	p.Archives = map[string][]byte{archiveOfTest: archive}
	return p, archive
}

func onlyOne(t testing.TB, client Client) Attached {
	t.Helper()
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	return found[0]
}

func TestPull(t *testing.T) {
	p, want := withArchive(t, 3*pullChunk+17)
	tray := newTray(t, p)
	client := serve(t, tray)
	attached := onlyOne(t, client)
	archives, err := client.Archives(t.Context(), attached)
	if err != nil || len(archives) != 1 || archives[0].Name != archiveOfTest || archives[0].Bytes != uint64(len(want)) {
		t.Fatalf("archives %+v, %v", archives, err)
	}
	for _, from := range []uint64{0, 1, pullChunk, uint64(len(want)) - 1, uint64(len(want))} {
		var got bytes.Buffer
		last := from
		err := client.Pull(t.Context(), attached, archives[0], from, &got, func(done uint64) { last = done })
		if err != nil || !bytes.Equal(got.Bytes(), want[from:]) {
			t.Errorf("from byte %d: %d bytes, %v", from, got.Len(), err)
		}
		if last != uint64(len(want)) {
			t.Errorf("from byte %d: told of %d bytes at the end", from, last)
		}
	}
	pullsOnly(t, tray)
}

// pullsOnly checks the requests of a tray against PermittedPull.
func pullsOnly(t *testing.T, tray *sim.Tray) {
	t.Helper()
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		if !slices.ContainsFunc(PermittedPull, func(permitted string) bool {
			ok, _ := path.Match(permitted, name)
			return ok
		}) {
			t.Errorf("the device was asked %q, which is not permitted", name)
		}
	}
}

// After a detach, the pull resumes and transfers nothing twice.
func TestPullResumes(t *testing.T) {
	p, want := withArchive(t, 5*pullChunk)
	tray := newTray(t, p)
	client := serve(t, tray)
	attached := onlyOne(t, client)
	archives, err := client.Archives(t.Context(), attached)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	err = client.Pull(t.Context(), attached, archives[0], 0, &got, func(done uint64) {
		if done >= 2*pullChunk {
			tray.Detach(p.UDID())
		}
	})
	if !errors.Is(err, device.Detached) && !errors.Is(err, device.Truncated) {
		t.Fatalf("a detach in the middle is %v", err)
	}
	if got.Len() == 0 || got.Len() == len(want) {
		t.Fatalf("%d bytes of %d came before it", got.Len(), len(want))
	}
	if err := tray.Attach(p); err != nil {
		t.Fatal(err)
	}
	if err := client.Pull(t.Context(), onlyOne(t, client), archives[0], uint64(got.Len()), &got, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("put together, the parts are not the archive")
	}
}

func TestPullFails(t *testing.T) {
	const service = "com.apple.crashreportcopymobile"
	archive := Archive{Name: archiveOfTest, Bytes: 1 << 20}
	for name, test := range map[string]struct {
		fault   sim.Fault
		archive Archive
		want    device.Reason
	}{
		"locked":             {sim.Fault{Kind: sim.Refused, At: "StartService " + service, Error: "PasswordProtected"}, archive, device.Locked},
		"not paired":         {sim.Fault{Kind: sim.Unpaired}, archive, device.NeverPaired},
		"silent":             {sim.Fault{Kind: sim.Stall, At: service}, archive, device.Timeout},
		"garbage":            {sim.Fault{Kind: sim.Garbage, At: service}, archive, device.Malformed},
		"oversized":          {sim.Fault{Kind: sim.Oversized, At: service}, archive, device.Oversized},
		"denied":             {sim.Fault{Kind: sim.Refused, At: service}, archive, device.Refused},
		"no such archive":    {sim.Fault{}, Archive{Name: strings.Replace(archiveOfTest, "13", "14", 1), Bytes: 1}, device.Absent},
		"shorter than told":  {sim.Fault{}, Archive{Name: archiveOfTest, Bytes: 2 << 20}, device.Implausible},
		"still gathering":    {sim.Fault{}, Archive{Name: archiveOfTest, Gathering: true}, device.Internal},
		"a name that climbs": {sim.Fault{}, Archive{Name: "../" + archiveOfTest, Bytes: 1}, device.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			var faults []sim.Fault
			if test.fault.Kind != "" {
				faults = append(faults, test.fault)
			}
			p, _ := withArchive(t, 1<<20, faults...)
			client := serve(t, newTray(t, p))
			if fallsSilent(test.fault) {
				client.RequestTimeout = 500 * time.Millisecond
			}
			err := client.Pull(t.Context(), onlyOne(t, client), test.archive, 0, io.Discard, nil)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// A full disk is not reported as a device error.
func TestPullToAFullDisk(t *testing.T) {
	p, _ := withArchive(t, 10)
	client := serve(t, newTray(t, p))
	err := client.Pull(t.Context(), onlyOne(t, client), Archive{Name: archiveOfTest, Bytes: 10}, 0, full{}, nil)
	if err != errFull {
		t.Errorf("%v", err)
	}
}

// Only names that are safe as file names are listed.
func TestArchivesPassOverNames(t *testing.T) {
	p, _ := withArchive(t, 1)
	for _, name := range []string{"sysdiagnose_\x1b[2J.tar.gz", "sysdiagnose_..\\x.tar.gz", "notes.txt", "sysdiagnose_.tar.gz", ".tar.gz"} {
		p.Archives[name] = []byte("x")
	}
	client := serve(t, newTray(t, p))
	archives, err := client.Archives(t.Context(), onlyOne(t, client))
	if err != nil || len(archives) != 1 || archives[0].Name != archiveOfTest {
		t.Errorf("%+v, %v", archives, err)
	}
}

func TestArchivesWhileGathering(t *testing.T) {
	p, _ := withArchive(t, 1)
	p.ArchivesAfter = 2
	tray := newTray(t, p)
	client := serve(t, tray)
	attached := onlyOne(t, client)
	var told []string
	for range 3 {
		archives, err := client.Archives(t.Context(), attached)
		if err != nil {
			t.Fatal(err)
		}
		words := "nothing"
		for _, archive := range archives {
			words = map[bool]string{true: "gathering", false: "complete"}[archive.Gathering]
			if archive.Name != archiveOfTest {
				t.Errorf("named %q", archive.Name)
			}
		}
		told = append(told, words)
	}
	if got := strings.Join(told, ", "); got != "nothing, gathering, complete" {
		t.Errorf("told %s", got)
	}
	pullsOnly(t, tray)
}
