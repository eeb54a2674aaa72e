package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hub"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// withHub is the hub part of a program built with the tag fleet.
var withHub = hubPart{hub.Commands, hub.LinkHelp, hub.LinkExamples, hub.LinkFlags, hub.Variables(), hub.Outgoing}

// withHubVariable makes the test program include a hub.
const withHubVariable = "BACKUPDOCTOR_TEST_WITH_HUB"

func TestMain(m *testing.M) {
	testscript.Main(doubled{m}, map[string]func(){"backupdoctor": func() {
		part := linked
		if os.Getenv(withHubVariable) != "" {
			part = withHub
		}
		os.Exit(process(demoReleases, part))
	}})
}

// doubled runs twice as many parallel tests at a time as go test says: they mostly wait for programs.
type doubled struct{ *testing.M }

func (m doubled) Run() int {
	flag.Parse()
	parallel := flag.Lookup("test.parallel").Value
	n, err := strconv.Atoi(parallel.String())
	if err == nil {
		err = parallel.Set(strconv.Itoa(2 * n))
	}
	if err != nil {
		panic(err)
	}
	return m.M.Run()
}

// TestScripts runs the terminal sessions in testdata/script. Besides the usual commands
// they have
//
//	exits CODE PROGRAM ARG...   the program must end with this exit code
//	sim [NAME[*COUNT][%PASSWORD][~CONNECTION][:FAULT][@LOG]...]
//	                            attach devices of testdata/devices, as $UDID1, …, with this
//	                            backup password; see simLogs
//	moment                      give programs in the background time to start, also on a busy computer
//	asked [-count=N] SERVICE REQUEST
//	                            wait until devices have received this request N times
//	person UDID FILE            let a person do with a device what FILE says, in the background; see sim.Person
//	say WORD                    tell it a word that it awaits
//	plug NAME PORT              plug in a device of testdata/devices at this port of a hub
//	unplug NAME                 unplug it
//	backup DIR [TRAIT]...       write a backup below DIR, as $BACKUP; see backupTraits
//	visit DAYS UDID [TRAIT]...  record a scan of a device some days ago; see scriptVisit
//
// UPDATE=1 go test ./cmd/backupdoctor -run TestScripts updates their expected output.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Files:               scripts(t, "testdata/script"),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Setup:               scriptHome,
		Cmds:                scriptCommands(),
	})
}

// TestHubScripts runs the terminal sessions in testdata/script_hub with a program that has a hub,
// as TestScripts does. Besides its commands they have
//
//	fleet FILE    create the database of a fleet of one tray, with $UDID1, whose serial number is F2LXK0AAAA
func TestHubScripts(t *testing.T) {
	t.Parallel()
	commands := scriptCommands()
	commands["fleet"] = scriptFleet
	testscript.Run(t, testscript.Params{
		Files:               scripts(t, "testdata/script_hub"),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(withHubVariable, "1")
			return scriptHome(env)
		},
		Cmds: commands,
	})
}

// sideBySide matches the commands of a script in which a program does several things at once, or
// several programs run, or one is interrupted. Any scan reads its device with the same goroutines.
var sideBySide = regexp.MustCompile(`(?m)&$|^sim .*(\*\d| [a-z-]+ [a-z])|^(plug|person|asked) |^(! )?(exec|exits) .*backupdoctor (hub|bench)\b`)

// scripts returns the scripts of a folder. With -short, as under the race detector, it leaves out four
// in five of those in which one thing is done after another.
func scripts(t *testing.T, folder string) (chosen []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no scripts in %s: %v", folder, err)
	}
	n := 0
	for _, path := range all {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if testing.Short() && !sideBySide.Match(archive.Comment) {
			if n++; n%5 > 0 {
				continue
			}
		}
		chosen = append(chosen, path)
	}
	return chosen
}

// scriptHome gives a script its own user folders, without devices.
func scriptHome(env *testscript.Env) error {
	env.Values[trayKey{}] = new(*sim.Tray)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("LocalAppData", env.WorkDir)
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
	env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "data"))
	env.Setenv("LANG", "C.UTF-8")
	env.Setenv("TZ", "UTC")
	env.Setenv("USBMUXD_SOCKET_ADDRESS", "UNIX:"+filepath.Join(env.WorkDir, "no-usbmuxd"))
	env.Setenv("GORACE", os.Getenv("GORACE"))
	return nil
}

func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits":  scriptExits,
		"sim":    scriptSim,
		"moment": scriptMoment,
		"asked":  scriptAsked,
		"person": scriptPerson,
		"say":    scriptSay,
		"plug":   scriptPlug,
		"unplug": scriptUnplug,
		"backup": scriptBackup,
		"visit":  scriptVisit,
	}
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scriptSim(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: sim [NAME[*COUNT][%%PASSWORD][~CONNECTION[+CONNECTION]][:FAULT[=AT[=ERROR[=COUNT OR SECONDS]]]][@LOG]...]")
	}
	var devices []*sim.Device
	for i, arg := range args {
		arg, log, _ := strings.Cut(arg, "@")
		arg, fault, _ := strings.Cut(arg, ":")
		arg, connections, _ := strings.Cut(arg, "~")
		arg, password, _ := strings.Cut(arg, "%")
		name, count, many := strings.Cut(arg, "*")
		d := loadDevice(ts.Fatalf, name)
		d.Backup.Password = password
		d.Away = 200 * time.Millisecond
		if connections != "" {
			d.Connections = strings.Split(connections, "+")
		}
		d.Log = slices.Concat(d.Log, simLogs[log])
		if fault != "" {
			kind, at, _ := strings.Cut(fault, "=")
			at, name, _ := strings.Cut(at, "=")
			name, number, _ := strings.Cut(name, "=")
			code, _ := strconv.Atoi(number) // 0 for kinds without a count or seconds
			d.Faults = append(d.Faults, sim.Fault{Kind: sim.Kind(kind), At: at, Error: name, Count: code, Seconds: float64(code)})
		}
		copies := 1
		if many {
			var err error
			copies, err = strconv.Atoi(count)
			ts.Check(err)
		}
		devices = append(devices, copiesOf([]*sim.Device{d}, copies)...)
		ts.Setenv(fmt.Sprintf("UDID%d", i+1), d.UDID())
	}
	for i, d := range devices {
		d.LocationID = uint32(i + 1)
	}
	tray, err := sim.New(time.Now, devices...)
	ts.Check(err)
	listener, err := sim.Listen("127.0.0.1:0")
	ts.Check(err)
	ctx, unplug := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- tray.Serve(ctx, listener) }()
	ts.Defer(func() {
		unplug()
		ts.Check(<-served)
	})
	ts.Setenv("USBMUXD_SOCKET_ADDRESS", listener.Addr().String())
	*ts.Value(trayKey{}).(**sim.Tray) = tray
}

// simLogs are log events that a script can choose for a device.
var simLogs = map[string][]sim.LogStep{
	"quota":     sim.FailedBackup("MBErrorDomain(303)", "CKErrorDomain(25)"),
	"completes": append([]sim.LogStep{{AfterSeconds: 1.2}}, sim.CompletedBackup()...), // dates are in whole seconds
	"no-wifi":   sim.CancelledBackup(),
	"lock":      {{Process: "backupd", Text: "=scheduler= [On condition] state changed, enabled:1, locked:1, onPower:1, onWiFi:0, onCellular:0(0)"}},
	"unplugged": {{Process: "backupd", Text: "=cloud-backup= Finished setting up backup"}, {AfterSeconds: 0.2, Detach: true}},
	"flood":     {{Process: "backupd", Text: "=cloud-backup= \x1b[31mflood", Repeat: 5000}, {Process: "backupd", Level: "error", Text: "=cloud-backup= Backup failed: MBErrorDomain(300)"}},
}

// trayKey is the key of a script's tray.
type trayKey struct{}

// loadDevice loads a device of testdata/devices.
func loadDevice(fatalf func(string, ...any), name string) *sim.Device {
	found, err := sim.Load(os.DirFS("../../testdata/devices"), name)
	if err != nil {
		fatalf("%v", err)
	}
	if len(found) != 1 {
		fatalf("no device %s in testdata/devices", name)
	}
	return found[0]
}

// scriptMoment waits for several times as long as the program takes to start and end now: nothing
// shows when one has begun to listen for signals.
func scriptMoment(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: moment")
	}
	began := time.Now()
	ts.Check(ts.Exec("backupdoctor", "version"))
	time.Sleep(max(2*time.Second, 8*time.Since(began)))
}

func scriptAsked(ts *testscript.TestScript, neg bool, args []string) {
	times := 1
	if len(args) == 3 {
		_, err := fmt.Sscanf(args[0], "-count=%d", &times)
		ts.Check(err)
		args = args[1:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asked [-count=N] SERVICE REQUEST")
	}
	tray := *ts.Value(trayKey{}).(**sim.Tray)
	asked := 0
	for range 1000 {
		asked = 0
		for _, r := range tray.Requests() {
			if r.Service == args[0] && r.Name == args[1] {
				asked++
			}
		}
		if asked >= times {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s of %s was asked for %d times, not %d", args[1], args[0], asked, times)
}

func scriptPerson(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: person UDID FILE")
	}
	person, err := sim.ParsePerson(ts.ReadFile(args[1]))
	ts.Check(err)
	tray := *ts.Value(trayKey{}).(**sim.Tray)
	ctx, stop := context.WithCancel(context.Background())
	ended := tray.Start(ctx, args[0], person)
	ts.Defer(func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			ts.Fatalf("%s: %v", args[1], err)
		}
	})
}

func scriptSay(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: say WORD")
	}
	tray := *ts.Value(trayKey{}).(**sim.Tray)
	tray.Say(args[0])
}

func scriptPlug(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: plug NAME PORT")
	}
	port, err := strconv.Atoi(args[1])
	ts.Check(err)
	d := loadDevice(ts.Fatalf, args[0])
	d.LocationID = 0
	if port > 0 {
		d.LocationID = sim.HubLocation(1, port)
	}
	tray := *ts.Value(trayKey{}).(**sim.Tray)
	ts.Check(tray.Attach(d))
}

func scriptUnplug(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unplug NAME")
	}
	tray := *ts.Value(trayKey{}).(**sim.Tray)
	tray.Detach(loadDevice(ts.Fatalf, args[0]).UDID())
}

// scriptFleet stores the tray in a database as if it had been read four days ago.
func scriptFleet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fleet FILE")
	}
	store, err := ledger.Open(context.Background(), "sqlite:"+ts.MkAbs(args[0]))
	ts.Check(err)
	defer store.Close()
	file, err := os.Open("../../testdata/reports/tray-of-six.json")
	ts.Check(err)
	defer file.Close()
	r, err := report.Read(file)
	ts.Check(err)
	r.Devices[0].Serial = "F2LXK0AAAA"
	later := time.Now().Add(-4 * 24 * time.Hour).Sub(r.Devices[0].TakenAt)
	for i, d := range r.Devices {
		r.Devices[i].TakenAt = d.TakenAt.Add(later)
		if !d.LastBackup.IsZero() {
			r.Devices[i].LastBackup = d.LastBackup.Add(later)
		}
	}
	id, err := envelope.NewID()
	ts.Check(err)
	_, err = store.Put(context.Background(), ledger.Message{ID: id, Bench: "north", Site: "Hamburg", Received: r.Devices[0].TakenAt, Report: r})
	ts.Check(err)
	ts.Setenv("UDID1", r.Devices[0].UDID)
}
