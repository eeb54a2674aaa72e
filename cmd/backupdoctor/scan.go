package main

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/suppressions"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func scanCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "scan",
		Usage: "examine the attached devices and say why iCloud Backup fails on them",
		Description: "Reads from every iPhone and iPad on USB, and changes nothing on them. A device that does\n" +
			"not trust this computer is listed but not examined; --pair asks it for trust.\n\n" +
			"Backups of these devices on this computer are found by their UDID, and tell more. Each\n" +
			"gets a quick look, for no longer than --timeout; backupdoctor verify proves them.\n\n" +
			examples(
				"backupdoctor scan                               what is wrong, and what to do about it",
				"backupdoctor scan --all                         what is well too, and every question in full",
				"backupdoctor scan --json | jq .devices[].verdict",
				"backupdoctor scan -o json=tray.json             the table here, the whole report in a file",
				"backupdoctor scan --only backup-stale,wifi-missing",
				"backupdoctor scan --redact --record case.json   something that can be shown to strangers",
				"backupdoctor scan --from case.json              the same report again, without the device",
				"backupdoctor scan --no-usb --backups DIR        devices that are not here, by their backups",
				"backupdoctor scan --no-usb --sysdiagnose FILE   a device that is not here, by what it gathered",
				"backupdoctor scan --ask                         answer what only a person can tell",
				"backupdoctor scan --net                         see whether Apple can be reached, too",
			),
		Flags: scanFlags(),
		Action: takes(0, func(ctx *cli.Context) error {
			sc, err := s.scanOf(ctx)
			if err != nil {
				return err
			}
			return sc.run(ctx.Context)
		}),
	}
}

// A scan is one run over the attached devices, or over a recording of them.
type scan struct {
	surroundings
	labelling
	door     usb.Door
	wants    usb.Wants
	subject  string              // what the report is about
	places   []backup.Place      // where to look for backups; nil is nowhere
	look     look                // how to look at them
	noUSB    bool                // examine backups alone
	pool     pool                // how many devices are examined at a time
	limit    time.Duration       // that the learning may take; 0 for as long as it needs
	herald   *herald             // tells what happens; nil until the run begins
	patient  bool                // more is to be learned of the devices once they have been read
	historic bool                // keep the run in the history
	resume   *history.Resumption // the run that goes on; nil if a new one begins
	quiet    bool                // say nothing of how far the run has come
	udids    []string            // the devices to examine; none means all
	pair     bool                // ask untrusted devices for trust first
	letters  *letters            // what leaves this computer of each device; nil for nothing
	from     string              // the recording to judge instead of devices; "" for none, - for stdin
	table    releases.Table
	redact   bool
	record   string // the file to keep what was learned in; "" for none

	captureTo string // the folder to keep a recording of each device in; "" for none
	list      []*checks.Check
	ignored   suppressions.List // findings that are not to be heard of
	others    witnesses         // whom to hear beside the devices

	archives   []string // sysdiagnose archives to read too
	archivesOf string   // the device that they are of if they do not say
	owners     []string // the devices that they are of

	files   destination
	outputs []output
}

// run takes the six steps of a scan. The first three learn and are the only ones that touch
// a device; a recording stands in for them.
func (sc scan) run(ctx context.Context) error {
	sc, finish, err := sc.begin()
	if err != nil {
		return err
	}
	defer sc.remember(context.WithoutCancel(ctx))()
	learned, err := sc.learn(ctx)
	if err == nil {
		sc.hear(ctx, learned.recording.Snapshots)
		err = sc.conclude(learned)
	}
	return finish(err)
}

// A lesson is what a run has learned.
type lesson struct {
	recording device.Recording
	found     []report.Device // what was found on each device; nil if that is still to be judged
	places    []report.Place  // where backups were looked for

	inventory *report.Inventory // which devices of an inventory were seen; nil without one
}

// learn takes the steps that touch a device, under the deadline of the run.
func (sc scan) learn(ctx context.Context) (lesson, error) {
	if sc.from != "" {
		learned, err := sc.replay()
		sc.herald.run = cmp.Or(learned.Run, sc.herald.run)
		sc.relabel(learned.Snapshots)
		return lesson{recording: learned}, err
	}
	archives, err := sc.readArchives(ctx)
	if err != nil {
		return lesson{}, err
	}
	sc.owners = ownersOf(archives)
	if sc.limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, sc.limit, device.OutOfTime)
		defer stop()
	}
	view := sc.showProgress()
	defer view.close()
	attached, sh, gaps := sc.discover(ctx)
	learned := lesson{places: sh.reported()}
	var snapshots []device.Snapshot
	if sc.noUSB {
		sc.look.over(ctx, sh)
		snapshots = sh.snapshots(time.Now().UTC(), sc.table)
	} else {
		snapshots, learned.found = sc.collect(ctx, attached, sh)
		sc.look.over(ctx, sh) // at those of the owners of archives
	}
	snapshots = sc.withArchives(snapshots, archives, sh)
	learned.recording = sc.recording(snapshots, append(gaps, stopped(ctx)...))
	return learned, nil
}

// conclude takes the steps behind learning.
func (sc scan) conclude(learned lesson) error {
	if sc.herald == nil {
		begun, finish, err := sc.begin()
		if err != nil {
			return err
		}
		learned.recording.Run, learned.recording.StartedAt = begun.herald.run, begun.herald.started
		return finish(begun.conclude(learned))
	}
	learned.inventory = sc.seen(learned.recording)
	originals := learned.recording.Snapshots
	if sc.redact {
		learned.recording = learned.recording.Redact()
		if learned.inventory != nil {
			learned.inventory.Unseen = []string{}
		}
	}
	if learned.found == nil {
		for i, s := range learned.recording.Snapshots {
			learned.found = append(learned.found, report.NewDevice(sc.examine(originals[i], s)))
		}
	}
	ended := sc.render(learned)
	if err := sc.keep(learned.recording); err != nil {
		return err
	}
	return ended
}

// discover finds the devices to examine, and what backups of them and of the owners of
// archives are on this computer. A door that does not open is a gap in the report, not the
// end of the run.
func (sc scan) discover(ctx context.Context) ([]usb.Attached, shelf, []device.Gap) {
	sh := shelfIn(sc.places)
	if sc.noUSB {
		wanted := slices.Concat(sc.udids, sc.owners)
		sh.keep(func(st stored) bool { return len(wanted) == 0 && len(sc.archives) == 0 || st.isOfOne(wanted) })
		return nil, sh, nil
	}
	attached, err := sc.door.Find(ctx)
	if err != nil {
		return nil, shelf{}, []device.Gap{device.GapOf(err)}
	}
	var udids []string
	wanted, missing := choose(attached, sc.udids)
	for _, a := range wanted {
		udids = append(udids, a.UDID)
	}
	udids = slices.Concat(udids, missing, sc.owners)
	sh.keep(func(st stored) bool { return st.isOfOne(udids) })
	return attached, sh, nil
}

// choose keeps the devices with the UDIDs given, all of them if none is, and returns the
// UDIDs that no device has. People copy UDIDs with and without the hyphen, in either case.
func choose(attached []usb.Attached, udids []string) (wanted []usb.Attached, missing []string) {
	if len(udids) == 0 {
		return attached, nil
	}
	for _, a := range attached {
		if slices.ContainsFunc(udids, func(udid string) bool { return sameUDID(udid, a.UDID) }) {
			wanted = append(wanted, a)
		}
	}
	for _, udid := range udids {
		if !slices.ContainsFunc(wanted, func(a usb.Attached) bool { return sameUDID(udid, a.UDID) }) {
			missing = append(missing, udid)
		}
	}
	return wanted, missing
}

func notAttached(udid string) device.Snapshot {
	return device.Snapshot{
		TakenAt: time.Now().UTC(),
		Device:  device.Identity{UDID: udid},
		Live:    &device.Live{Trusted: device.Unknown[bool](device.NotAttached), Ended: device.Gap{Reason: device.NotAttached}},
	}
}

// recording is what a run has learned.
func (sc scan) recording(snapshots []device.Snapshot, gaps []device.Gap) device.Recording {
	learned := device.Recording{Tool: version(), Snapshots: snapshots, Gaps: gaps}
	if sc.herald != nil {
		learned.Run, learned.StartedAt = sc.herald.run, sc.herald.started
	}
	return learned
}

func identify(s *device.Snapshot, table releases.Table) {
	s.Host = device.Host{OS: runtime.GOOS, Tool: version()}
	s.Newest = table.Newest(s.Device)
	productType, err := s.Device.ProductType.Get()
	if err != nil {
		s.Device.ModelName = device.Unknown[string](err)
		return
	}
	s.Device.ModelName = table.ModelName(productType)
}

// examine judges a device by what is shown of it, leaves out what nobody wants to hear of,
// and adds the findings up to a diagnosis. That a device is not to be heard of may hang on a
// name that is not shown.
func (sc scan) examine(s, shown device.Snapshot) report.Examined {
	kept, silenced := sc.ignored.Apply(s, checks.Run(shown, sc.list))
	return report.Examined{Snapshot: shown, Diagnosis: checks.Diagnose(shown, kept), Silenced: silenced}
}

// render writes the report wherever it was asked for, and ends the command as it says.
func (sc scan) render(learned lesson) error {
	run := report.Run{
		ID:        learned.recording.Run,
		Started:   learned.recording.StartedAt,
		Tool:      version(),
		Subject:   sc.subject,
		Places:    learned.places,
		Redacted:  learned.recording.Redacted,
		Inventory: learned.inventory,
		Gaps:      learned.recording.Gaps,
	}
	for _, s := range learned.recording.Snapshots {
		run.Examined = append(run.Examined, report.Examined{Snapshot: s})
	}
	return sc.publish(report.Assemble(run, learned.found))
}

// publish writes a report.
func (sc scan) publish(r report.Report) error {
	r = sc.whole(r)
	sc.herald.sumUp(r)
	if err := sc.write(r, sc.outputs, sc.files); err != nil {
		return err
	}
	if sc.noUSB && r.ExitCode() == report.ExitNoDevice {
		return noBackup()
	}
	return ending(r, runtime.GOOS)
}
