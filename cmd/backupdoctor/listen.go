package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/urfave/cli/v2"
)

func listenCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "listen",
		Usage: "follow a backup as it is made, and say why it fails",
		Description: "Says on which page of Settings to tap Back Up Now, then follows the device's log until the\n" +
			"backup has ended, --for is over, or Ctrl-C is pressed, and then makes the report of a scan,\n" +
			"with the lines of the log as evidence. A log that says nothing is no data: it never means\n" +
			"that all is well. What is heard goes to stderr as it comes.\n\n" +
			"The device shows much of its log as <private>; the codes of errors are not hidden.\n\n" +
			"--from reads a log that was saved: by idevicesyslog, pymobiledevice3 or log show, or\n" +
			"copied from the Console app. Times in it without a zone are taken for this computer's.\n\n" +
			examples(
				"backupdoctor listen                       tap Back Up Now, and see what becomes of it",
				"backupdoctor listen --for 8h              leave it attached over night",
				"backupdoctor listen --conditions          what the device itself sees of power, lock and Wi-Fi",
				"backupdoctor listen --from night.log      read a saved log",
			),
		Flags: listenFlags(),
		Action: takes(0, func(ctx *cli.Context) error {
			li, err := s.listeningOf(ctx)
			if err != nil {
				return err
			}
			if li.log != "" {
				return li.readSaved()
			}
			return li.run(ctx.Context)
		}),
	}
}

func listenFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "listen only to the device with this `UDID`; may be repeated"},
		&cli.DurationFlag{Name: "for", Category: deviceFlags, Usage: "listen for this `TIME` at most", Value: time.Hour, DefaultText: "1h; 2m with --conditions"},
		option(deviceFlags, "conditions", "wait for the conditions of the nightly backup, not for a backup"),
		&cli.StringFlag{Name: "from", Category: deviceFlags, Usage: "read the saved log in `FILE`, not that of devices; - is stdin"},
	}, doorFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// A listening is a scan that waits for a backup before it judges.
type listening struct {
	scan
	length     time.Duration // of the listening, at most
	conditions bool          // wait for the scheduler's conditions instead
	log        string        // the saved log to read instead of listening; "" for none, - for stdin
	speaker    *speaker
}

// conditionsFor is how long conditions are waited for.
const conditionsFor = 2 * time.Minute

// listeningOf reads listenFlags.
func (s surroundings) listeningOf(ctx *cli.Context) (listening, error) {
	li := listening{length: ctx.Duration("for"), conditions: ctx.Bool("conditions"), log: ctx.String("from")}
	if li.conditions && !ctx.IsSet("for") {
		li.length = conditionsFor
	}
	if li.length <= 0 {
		return li, usageError("", "--for must be longer than nothing")
	}
	for _, live := range []string{"udid", "usbmux", "for", "conditions", "backups"} {
		if li.log != "" && ctx.IsSet(live) {
			return li, usageError(helpHint(ctx), "--from and --%s contradict each other", live)
		}
	}
	sc, err := s.judgingOf(ctx)
	if err != nil {
		return li, err
	}
	if sc.door, err = s.doorOf(ctx); err != nil {
		return li, err
	}
	sc.pool = poolOf(ctx.Int("jobs"))
	sc.patient = true
	sc.udids = list(ctx, "udid")
	options, err := s.displayOn(ctx, s.stderr)
	if err != nil {
		return li, err
	}
	li.speaker = &speaker{w: s.stderr, options: options, voices: map[voice]*budget{}}
	if li.log == "" {
		sc, err = s.withBackups(ctx, sc)
	}
	li.scan = sc
	return li, err
}

// run listens, and writes the report.
func (li listening) run(ctx context.Context) error {
	begun, finish, err := li.begin()
	if err != nil {
		return err
	}
	li.scan = begun
	return finish(li.listen(ctx))
}

// listen takes the steps of a scan, and listens before it judges.
func (li listening) listen(ctx context.Context) error {
	attached, sh, gaps := li.discover(ctx)
	snapshots, _ := li.collect(ctx, attached, sh)
	wanted, _ := choose(attached, li.udids)
	heard := make([]*backuplog.Log, len(wanted))
	var ears sync.WaitGroup
	for i, a := range wanted {
		ears.Go(func() {
			label := ""
			if len(wanted) > 1 {
				label = nameOf(snapshots[i])
			}
			heard[i] = ear{listening: li, label: label, before: snapshots[i]}.listen(ctx, a)
		})
	}
	ears.Wait()
	until := time.Now()
	li.pool.each(len(wanted), func(i int) {
		snapshots[i] = li.again(ctx, wanted[i], snapshots[i], heard[i])
		li.label(&snapshots[i])
		identify(&snapshots[i], li.table)
		sh.join(&snapshots[i])
		snapshots[i].Attempts = heard[i].Attempts(until)
	})
	return li.conclude(lesson{recording: li.recording(snapshots, append(gaps, stopped(ctx)...)), places: sh.reported()})
}

// again reads what has changed while a device was listened to: above all the date of its
// last good backup, which alone tells of a success. What was read before stays if the
// device is gone, or Ctrl-C was pressed.
func (li listening) again(ctx context.Context, a usb.Attached, before device.Snapshot, heard *backuplog.Log) device.Snapshot {
	if ctx.Err() != nil {
		return before
	}
	attached, err := li.door.Find(ctx)
	if err != nil {
		return before
	}
	i := slices.IndexFunc(attached, func(other usb.Attached) bool { return other.UDID == a.UDID })
	if i < 0 {
		return before
	}
	after := li.door.Read(ctx, attached[i], li.wants)
	if after.Live.Ended.Reason != "" {
		return before
	}
	if at, ok := newBackup(before, after); ok && heard.Attempts(time.Now())[0].Outcome != device.AttemptSucceeded {
		heard.Succeed(at)
	}
	return after
}

// newBackup is the date of the last good iCloud backup, if it has moved.
func newBackup(before, after device.Snapshot) (at time.Time, ok bool) {
	last, err := after.Live.CloudBackup.Last.Get()
	if err != nil {
		return time.Time{}, false
	}
	earlier, _ := before.Live.CloudBackup.Last.Get() // zero if there was none
	return last, last.After(earlier)
}

// nameOf is what a device is called beside others.
func nameOf(s device.Snapshot) string {
	if name, err := s.Device.Name.Get(); err == nil {
		return name
	}
	return fmt.Sprintf("%.8s", s.Device.UDID)
}
