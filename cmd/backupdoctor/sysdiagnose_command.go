package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

func sysdiagnoseCommand(s surroundings) *cli.Command {
	return &cli.Command{
		Name:  "sysdiagnose",
		Usage: "have a device gather a sysdiagnose, fetch it and say why its backups fail",
		Description: "A sysdiagnose holds what no cable tells: the results of the last attempts, and which\n" +
			"condition was lost in the nights before. Only a person can start one, with the buttons of\n" +
			"the device. The archive, of some hundred megabytes, is copied into a folder of this\n" +
			"computer and then read as with scan --sysdiagnose. On the device it stays where it is.\n\n" +
			"A copy that breaks off, because the cable was pulled, is taken up again once the device\n" +
			"is back, by the next run too. The archive tells a lot about its owner: delete the copy\n" +
			"when it is not needed any more.\n\n" +
			examples(
				"backupdoctor sysdiagnose                 wait for one that is started now",
				"backupdoctor sysdiagnose --last          fetch the newest that lies on the device",
				"backupdoctor sysdiagnose --to /mnt/cases --json",
				"backupdoctor scan --sysdiagnose FILE     read one that was fetched already",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "udid", Category: deviceFlags, Usage: "take the device with this `UDID`"},
			option(deviceFlags, "last", "fetch the newest archive on the device, and do not wait for another"),
			&cli.StringFlag{Name: "to", Category: deviceFlags, Usage: "copy the archive into `DIR`", Value: "."},
			&cli.DurationFlag{Name: "wait", Category: deviceFlags, Usage: "`TIME` to wait for an archive, or for the device to come back", Value: 30 * time.Minute},
		}, doorFlags(), checkFlags(), outputFlags()),
		Action: takes(0, func(ctx *cli.Context) error {
			door, err := s.doorOf(ctx)
			if err != nil {
				return err
			}
			sc, err := s.judgingOf(ctx)
			if err != nil {
				return err
			}
			if ctx.Duration("wait") <= 0 {
				return usageError("", "--wait must be longer than nothing")
			}
			if info, err := os.Stat(ctx.String("to")); err != nil || !info.IsDir() {
				return usageError("", "there is no folder %q", ctx.String("to"))
			}
			f := fetching{
				surroundings: s, door: door, line: s.statusLine(), overwrite: ctx.Bool("force"),
				folder: ctx.String("to"), wait: ctx.Duration("wait"),
			}
			attached, err := f.pick(ctx.Context, ctx.String("udid"))
			if err != nil {
				return err
			}
			path, err := f.fetch(ctx.Context, attached, ctx.Bool("last"))
			f.line.show("")
			if err != nil {
				return f.ending(ctx.Context, err)
			}
			sc.door, sc.pool = door, poolOf(1)
			sc.udids = []string{attached.UDID}
			sc.archives, sc.archivesOf = []string{path}, attached.UDID
			return sc.run(ctx.Context)
		}),
	}
}

// A fetching brings one archive from a device to this computer.
type fetching struct {
	surroundings
	door      usb.Door
	line      *statusLine
	folder    string        // where the archive goes
	wait      time.Duration // for an archive, or for the device to come back
	overwrite bool          // a file of that name that is another
}

// pollInterval is how often the device is asked whether it is ready.
const pollInterval = time.Second

// pick finds the one device that is meant.
func (f fetching) pick(ctx context.Context, udid string) (usb.Attached, error) {
	attached, err := f.door.Find(ctx)
	if err != nil {
		return usb.Attached{}, ending(report.New(report.Run{Gaps: []device.Gap{device.GapOf(err)}}), runtime.GOOS)
	}
	var udids []string
	if udid != "" {
		udids = []string{udid}
	}
	wanted, _ := choose(attached, udids)
	switch {
	case len(wanted) == 1:
		return wanted[0], nil
	case len(wanted) > 1:
		return usb.Attached{}, usageError("see backupdoctor devices", "%d devices are attached: name one with --udid", len(wanted))
	case udid != "":
		return usb.Attached{}, exit{code: report.ExitNoDevice, err: fmt.Errorf("the device %q is not attached", udid)}
	default:
		return usb.Attached{}, ending(report.New(report.Run{}), runtime.GOOS)
	}
}

// ending words what keeps an archive from being fetched.
func (f fetching) ending(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exit{code: report.ExitInterrupted, err: errors.New("interrupted")}
	}
	if _, worded := errors.AsType[exit](err); worded {
		return err
	}
	if isOfThisComputer(err) {
		return err
	}
	gap := device.GapOf(err)
	end := exit{code: report.ExitNotExamined, err: fmt.Errorf("the archive could not be fetched: %w", gap)}
	switch gap.Reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale:
		end.hint = "backupdoctor scan --pair asks the device to trust this computer"
	case device.Locked:
		end.hint = "unlock the device with its passcode"
	}
	return end
}

// isOfThisComputer reports whether an error is none of the device: of the disk, say.
func isOfThisComputer(err error) bool { return device.GapOf(err).Reason == device.Internal }

// fetch gives the path of the archive, once it is on this computer.
func (f fetching) fetch(ctx context.Context, attached usb.Attached, last bool) (string, error) {
	known, err := f.door.Archives(ctx, attached)
	if err != nil {
		return "", err
	}
	if last {
		complete := slices.DeleteFunc(known, func(a usb.Archive) bool { return a.Gathering })
		if len(complete) == 0 {
			return "", exit{
				code: report.ExitNotExamined, err: errors.New("no sysdiagnose archive lies on the device"),
				hint: "without --last this waits for one",
			}
		}
		return f.pull(ctx, attached, complete[len(complete)-1])
	}
	f.explain(ctx, attached)
	archive, err := f.await(ctx, attached, known)
	if err != nil {
		return "", err
	}
	return f.pull(ctx, attached, archive)
}

// explain says how to start a sysdiagnose on this device.
func (f fetching) explain(ctx context.Context, attached usb.Attached) {
	id := f.door.Greet(ctx, attached).Device
	fmt.Fprintf(f.stderr, "on the device, press %s and both volume buttons together for one to one and a half seconds, and let go\n", powerButton(id))
	fmt.Fprintln(f.stderr, "longer brings up the slider that switches it off: cancel that, and try again")
	fmt.Fprintln(f.stderr, "an iPhone answers with a short buzz, an iPad does not; it may take a picture of the screen too")
	fmt.Fprintln(f.stderr, "without these buttons: Settings > Accessibility > Touch > AssistiveTouch, and give an action to Analytics")
	fmt.Fprintln(f.stderr, "then leave it attached; gathering takes five to ten minutes")
}

// powerButton is where the button is that switches a model on. Those with it at their top
// are iPads, iPods, and iPhones up to the 5s and the first SE.
func powerButton(id device.Identity) string {
	productType, err := id.ProductType.Get()
	switch {
	case err != nil:
		return "the side or top button"
	case !strings.HasPrefix(productType, "iPhone"), productType == "iPhone8,4":
		return "the top button"
	}
	var number int
	if _, err := fmt.Sscanf(productType, "iPhone%d,", &number); err == nil && number <= 6 {
		return "the top button"
	}
	return "the side button"
}

// await waits until there is an archive that was not there before, and that does not grow
// any more. The device may be unplugged meanwhile.
func (f fetching) await(ctx context.Context, attached usb.Attached, before []usb.Archive) (usb.Archive, error) {
	ctx, stop := context.WithTimeout(ctx, f.wait)
	defer stop()
	began := time.Now()
	seen := map[string]uint64{} // the sizes of new archives
	for {
		archives, err := f.door.Archives(ctx, attached)
		state := "waiting for the buttons to be pressed"
		switch {
		case err == nil:
			for _, a := range archives {
				if a.Gathering {
					state = "the device is gathering"
					continue
				}
				if slices.ContainsFunc(before, func(b usb.Archive) bool { return !b.Gathering && b.Name == a.Name }) {
					continue
				}
				if size, again := seen[a.Name]; again && size == a.Bytes && size > 0 {
					return a, nil
				}
				seen[a.Name], state = a.Bytes, "the device has finished"
			}
		default:
			state = "waiting for the device to come back"
			if attached, err = f.again(ctx, attached, err); err != nil {
				return usb.Archive{}, err
			}
		}
		f.line.show(fmt.Sprintf("%s, %d s", state, int(time.Since(began).Seconds())))
		if err := pause(ctx); err != nil {
			return usb.Archive{}, err
		}
	}
}

// again finds the device under the number that it has now, after a request to it failed.
// An error that has nothing to do with its being unplugged stays one.
func (f fetching) again(ctx context.Context, attached usb.Attached, failed error) (usb.Attached, error) {
	found, err := f.door.Find(ctx)
	if err != nil {
		return attached, err
	}
	wanted, _ := choose(found, []string{attached.UDID})
	if len(wanted) == 0 {
		return attached, nil
	}
	switch device.GapOf(failed).Reason {
	case device.Detached, device.Truncated, device.Timeout, device.Unreachable:
		return wanted[0], nil
	default:
		return attached, failed
	}
}

// pause waits until the device may be asked again.
func pause(ctx context.Context) error {
	select {
	case <-time.After(pollInterval):
		return nil
	case <-ctx.Done():
		return device.Timeout
	}
}

// pull copies an archive, from where an earlier copy broke off. Until it is whole it is
// called .part.
func (f fetching) pull(ctx context.Context, attached usb.Attached, archive usb.Archive) (string, error) {
	path := filepath.Join(f.folder, archive.Name)
	switch info, err := os.Stat(path); {
	case err == nil && uint64(info.Size()) == archive.Bytes:
		fmt.Fprintf(f.stderr, "%s has been fetched before\n", path)
		return path, nil
	case err == nil && !f.overwrite:
		return "", usageError("--force overwrites it", "%s exists already, and is another", path)
	}
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer part.Close()
	fmt.Fprintf(f.stderr, "fetching %s, %.1f MB\n", archive.Name, float64(archive.Bytes)/1e6)
	if err := f.pullInto(ctx, attached, archive, part); err != nil {
		return "", err
	}
	if err := part.Close(); err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

// pullInto takes the copy up again as often as the device comes back, as long as something
// arrives within the time of waiting.
func (f fetching) pullInto(ctx context.Context, attached usb.Attached, archive usb.Archive, part *os.File) error {
	arrived := time.Now()
	progress := func(done uint64) {
		arrived = time.Now()
		f.line.show("fetching: " + megabytesOf(done, archive.Bytes))
	}
	for {
		info, err := part.Stat()
		if err != nil {
			return err
		}
		done := uint64(info.Size())
		if done > archive.Bytes {
			if err := part.Truncate(0); err != nil {
				return err
			}
			done = 0
		}
		err = f.door.Pull(ctx, attached, archive, done, part, progress)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || time.Since(arrived) > f.wait || isOfThisComputer(err) {
			return err
		}
		f.line.show("waiting for the device to come back, " + megabytesOf(done, archive.Bytes))
		if err := pause(ctx); err != nil {
			return err
		}
		if attached, err = f.again(ctx, attached, err); err != nil {
			return err
		}
	}
}
