package usb

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/sim"
	simulated "github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// A cut is a way to interrupt a backup.
type cut struct {
	name  string
	kind  sim.Kind                          // a fault of the device; "" for one of the computer
	parts string                            // the kinds of places that it can strike, besides messages or steps
	run   func(t *testing.T, c *backupCase) // makes a run that is interrupted by the computer; nil for a fault of the device
	long  bool                              // only with BACKUPDOCTOR_LONG
}

var cuts = []cut{
	{name: "reset", kind: sim.Reset, parts: "file block end"},
	{name: "unplugged", kind: sim.Detach, parts: "file block end"},
	{name: "truncated", kind: sim.Truncated, parts: "file block end"},
	{name: "silence", kind: sim.Stall, parts: "file block end"},
	{name: "silence in the middle", kind: sim.HalfStall, parts: "file block"},
	{name: "garbage", kind: sim.Garbage},
	{name: "error", kind: sim.BackupError},
	{name: "hostile path", kind: sim.HostilePath, parts: "file"},
	{name: "killed", run: runKilled},
	{name: "little room", run: runOutOfRoom},
	{name: "killed", parts: finishing, run: runTraced},
	{name: "full disk", run: runFull, long: true},
	{name: "killed", parts: cloning, run: runTraced},
	{name: "killed", parts: proving, run: runTraced},
}

// hostilePaths lead out of the folder or are refused for another reason.
var hostilePaths = []string{"../../../outside", "a/../../../../outside", "a\x00b", `..\..\outside`, "con", strings.Repeat("a/", 20)}

// shortSilence is how long a silent device is waited for. A busy computer may give up earlier,
// which is one more interruption.
const shortSilence = 250 * time.Millisecond

// A scenario is a backup to interrupt, and what the library contains beforehand.
type scenario struct {
	name     string
	password string
	first    bool                // there is no earlier copy
	base     string              // holds the library; copied for each case
	earlier  string              // the earlier copy, relative to base
	places   map[string][]string // what an uninterrupted backup consists of: names, by kind of place
}

// The kinds of places. Of the others, those in tracedPhases are system calls, and the rest are places
// of a [sim.Fault] in backupService.
const (
	steps    = "step" // a message in either direction, as traced by the client
	messages = ""     // a message from the device
)

// A backupCase is one interruption of one backup.
type backupCase struct {
	*scenario
	cut
	kind  string // of the place
	n     int    // which one
	lib   library.Library
	agent *simulated.Agent
}

func (c *backupCase) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s, %s at %s %d", c.scenario.name, c.cut.name, c.kind, c.n)), " ")
}

// Wherever a backup is interrupted, the earlier copy is unchanged, the next run produces a
// complete copy, and nothing is written outside the library. Outside of the session with the device,
// each system call that changes something is a place at which it is killed. A seeded sample is
// tested, a larger one with BACKUPDOCTOR_LONG. BACKUPDOCTOR_LONG=all, by hand and with -timeout,
// interrupts at every message, every part of a stream of files and every such call. Of the hundreds
// of messages or calls in a row that only name another folder, those in the middle get one cut
// each, all others get every cut.
func TestBackupCutAnywhere(t *testing.T) {
	scenarios := []*scenario{
		{name: "plain"}, {name: "encrypted", password: "secret"},
		{name: "first, plain", first: true}, {name: "first, encrypted", first: true, password: "secret"},
	}
	for _, s := range scenarios {
		s.prepare(t)
	}
	random := rand.New(rand.NewPCG(21, 2026))
	var cases []*backupCase
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		for i, s := range scenarios {
			cases = append(cases, s.cases(t, i, random)...)
		}
		if os.Getenv("BACKUPDOCTOR_LONG") != "all" {
			const some = 120
			random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
			cases = cases[:some]
		}
	} else {
		for i, cut := range cuts {
			if !cut.long && (i%3 == 0 || !testing.Short()) { // the same goroutines copy in all
				cases = append(cases, scenarios[i%len(scenarios)].anyOf(t, cut, random))
			}
		}
	}
	for _, c := range cases {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			c.test(t)
		})
	}
}

// prepare makes the earlier copy, and an uninterrupted backup that shows the places.
func (s *scenario) prepare(t *testing.T) {
	s.base = fastFolder(t)
	if !s.first {
		agent := simulated.New(fewFiles()...)
		agent.Password = s.password
		copied := s.whole(t, newLibrary(t, s.base), agent, &attempt{})
		s.earlier, _ = filepath.Rel(s.base, copied)
	}
	folder := fastFolder(t)
	s.copyTo(t, folder)
	agent := s.agent()
	seen := &attempt{}
	seen.step = func(n int) {
		const some = 97
		if n%some == 0 {
			s.unchanged(t, folder)
		}
	}
	s.whole(t, newLibrary(t, folder), agent, seen)
	names := agent.Sessions()[0].Messages
	s.places = map[string][]string{
		steps: seen.steps, messages: names,
		"file":  slices.Repeat([]string{"file"}, seen.result.Files),
		"block": slices.Repeat([]string{"data", "end"}, seen.result.Files),
		"end":   slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != "DLMessageUploadFiles" }),
	}
}

// placesOf returns the places of a kind.
func (s *scenario) placesOf(t *testing.T, kind string) []string {
	if _, known := s.places[kind]; !known { // found on demand, because it takes a backup
		s.places[kind] = s.traced(t, kind)
	}
	return s.places[kind]
}

// agent returns the device, without memory of earlier sessions.
func (s *scenario) agent() *simulated.Agent {
	agent := simulated.New(fewFiles()...)
	if agent.Password = s.password; !s.first {
		agent.Seed = 2
		agent.SetFiles(changedFiles())
	}
	return agent
}

// copyTo copies the library.
func (s *scenario) copyTo(t *testing.T, folder string) {
	t.Helper()
	if err := os.CopyFS(folder, os.DirFS(s.base)); err != nil {
		t.Fatal(err)
	}
}

// unchanged fails if the earlier copy in a folder is not as it was. It may be gone if there is
// another that is proved.
func (s *scenario) unchanged(t *testing.T, folder string) {
	t.Helper()
	if s.earlier == "" {
		return
	}
	if _, err := os.Lstat(filepath.Dir(filepath.Join(folder, s.earlier))); os.IsNotExist(err) {
		if !hasProved(t, newLibrary(t, folder), filepath.Base(s.earlier)) {
			t.Error("the earlier copy is gone, and no other is proved")
		}
		return
	}
	if digestOf(t, filepath.Join(folder, s.earlier)) != digestOf(t, filepath.Join(s.base, s.earlier)) {
		t.Error("the earlier copy has changed")
	}
}

// hasProved reports whether the library has a proved copy of a device.
func hasProved(t *testing.T, lib library.Library, udid string) bool {
	t.Helper()
	shelf, err := lib.Device(udid)
	if err != nil {
		t.Fatal(err)
	}
	defer shelf.Close()
	copies, err := shelf.Copies()
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(copies, func(c library.Copy) bool { return c.Proof.Counts() })
}

// whole makes a copy that must be complete, and returns its folder.
func (s *scenario) whole(t *testing.T, lib library.Library, agent *simulated.Agent, a *attempt) string {
	t.Helper()
	client, detach := attachHealthy(t, agent)
	defer detach()
	folder, err := a.run(t.Context(), lib, client)
	if err != nil {
		t.Fatal(err)
	}
	proofOf(t, folder, s.password)
	return folder
}

// kinds returns the kinds of places where a cut can strike.
func (c cut) kinds() []string {
	switch parts := strings.Fields(c.parts); {
	case c.run == nil:
		return append([]string{messages}, parts...)
	case len(parts) > 0:
		return parts
	default:
		return []string{steps}
	}
}

// anyOf returns a case with a random place.
func (s *scenario) anyOf(t *testing.T, cut cut, random *rand.Rand) *backupCase {
	kinds := cut.kinds()
	kind := kinds[random.IntN(len(kinds))]
	return &backupCase{scenario: s, cut: cut, kind: kind, n: random.IntN(max(1, len(s.placesOf(t, kind))))}
}

// cases returns every cut at the places that differ, and one cut at every fourth of the messages
// between them: the four scenarios together cover all.
func (s *scenario) cases(t *testing.T, number int, random *rand.Rand) (all []*backupCase) {
	for _, kind := range []string{steps, messages, "file", "block", "end", cloning, finishing, proving} {
		able := slices.DeleteFunc(slices.Clone(cuts), func(c cut) bool { return !slices.Contains(c.kinds(), kind) })
		for n := range s.placesOf(t, kind) {
			some := able
			if alike(kind, s.places[kind], n) {
				k := random.IntN(len(able))
				if some = able[k : k+1]; n%4 != number || kind == steps {
					continue
				}
			}
			for _, cut := range some {
				all = append(all, &backupCase{scenario: s, cut: cut, kind: kind, n: n})
			}
		}
	}
	return all
}

// alike reports whether the messages or system calls before and after a place have the same name.
// Steps alternate between messages and answers.
func alike(kind string, names []string, n int) bool {
	next := 1
	if kind == steps {
		next = 2
	}
	return (kind == steps || kind == messages || slices.Contains(tracedPhases, kind)) && n >= next && n+next < len(names) && names[n] == names[n-next] && names[n] == names[n+next]
}

// test interrupts a backup, and runs it again.
func (c *backupCase) test(t *testing.T) {
	folder := fastFolder(t)
	if c.cut.name == "full disk" {
		mountSmall(t, folder)
	}
	c.copyTo(t, folder)
	c.lib, c.agent = newLibrary(t, folder), c.scenario.agent()
	if c.cut.run != nil {
		c.cut.run(t, c)
	} else {
		c.runFaulty(t)
	}
	c.unchanged(t, folder)
	after := c.whole(t, c.lib, c.agent, &attempt{})
	c.unchanged(t, folder)
	if after == filepath.Join(folder, c.earlier) {
		t.Error("there is no new copy")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("beside the library lies %v, %v", entries, err)
	}
}

// runFaulty runs a backup of a device that misbehaves.
func (c *backupCase) runFaulty(t *testing.T) {
	fault := sim.Fault{Kind: c.cut.kind, At: strings.TrimSpace(backupService + " " + c.kind), After: c.n, Count: 1, Error: "no (MBErrorDomain/1)"}
	if fault.Kind == sim.HostilePath {
		fault.Error = hostilePaths[c.n%len(hostilePaths)]
	}
	if fault.Kind == sim.Reset {
		fault.Count = c.n % 8
	}
	client, detach := attachHealthy(t, c.agent, fault)
	defer detach()
	a := attempt{silence: time.Minute}
	if fault.Kind == sim.Stall || fault.Kind == sim.HalfStall {
		a.silence = shortSilence
	}
	_, _ = a.run(t.Context(), c.lib, client) // how it ends depends on the place
}

// runOutOfRoom runs a backup during which other programs fill the disk.
func runOutOfRoom(t *testing.T, c *backupCase) {
	var full bool
	a := attempt{step: func(n int) { full = full || n == c.n }}
	a.free = func() uint64 {
		if full {
			return 1 << 20
		}
		return 1 << 40
	}
	a.kept = func() error {
		if full {
			return syscall.ENOSPC
		}
		return nil
	}
	client, detach := attachHealthy(t, c.agent)
	defer detach()
	_, _ = a.run(t.Context(), c.lib, client)
}
