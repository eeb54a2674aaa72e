package scan

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

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Fetch copies one sysdiagnose archive from a device to this computer.
type Fetch struct {
	Client  usb.Client
	Network bool // also accept a device on the network
	Screen  *terminal.Screen
	Folder  string        // destination folder of the archive
	Wait    time.Duration // how long to wait for an archive, or for the device to return
	Files   output.Files  // whether an existing file of that name may be replaced
	Last    bool          // take the newest archive on the device instead of waiting for a new one
}

// Run waits for an archive of the selected device, and returns the device and the path of the
// copy.
func (f Fetch) Run(ctx context.Context, udid string) (usb.Attached, string, error) {
	attached, err := f.pick(ctx, udid)
	if err != nil {
		return attached, "", err
	}
	path, err := f.fetch(ctx, attached)
	f.Screen.Status("")
	if err != nil {
		return attached, "", f.ending(ctx, err)
	}
	return attached, path, nil
}

// pollInterval is how often the device is polled.
const pollInterval = time.Second

// pick finds the selected device.
func (f Fetch) pick(ctx context.Context, udid string) (usb.Attached, error) {
	found, err := f.Client.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return usb.Attached{}, Ending(report.New(report.Run{Gaps: []device.Gap{device.GapOf(err)}}), runtime.GOOS)
	}
	var udids []string
	if udid != "" {
		udids = []string{udid}
	}
	attached, left := Examination{Network: f.Network}.leftOut(found.Devices)
	wanted, _ := Choose(attached, udids)
	switch {
	case len(wanted) == 0 && len(leftOutOf(left, udids)) > 0:
		return usb.Attached{}, command.Exit{Code: report.ExitNoDevice, Err: errors.New("the device is on Wi-Fi only, which is slow for an archive"), Hint: "attach it with a cable, or add --network"}
	case len(wanted) == 1:
		return wanted[0], nil
	case len(wanted) > 1:
		return usb.Attached{}, command.Usage("see backupdoctor devices", "%d devices are attached: name one with --udid", len(wanted))
	case udid != "":
		return usb.Attached{}, notHere(udid)
	default:
		return usb.Attached{}, Ending(report.New(report.Run{}), runtime.GOOS)
	}
}

// ending returns how the command ends if fetching failed.
func (f Fetch) ending(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return interrupted()
	}
	if _, worded := errors.AsType[command.Exit](err); worded {
		return err
	}
	if isOfThisComputer(err) {
		return err
	}
	gap := device.GapOf(err)
	end := command.Exit{Code: report.ExitNotExamined, Err: fmt.Errorf("the archive could not be fetched: %w", gap)}
	switch gap.Reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.RecordBroken:
		end.Hint = "backupdoctor scan --pair asks the device to trust this computer"
	case device.Locked:
		end.Hint = "unlock the device with its passcode"
	}
	return end
}

// isOfThisComputer reports whether an error is local, such as a disk error, and not the
// device's.
func isOfThisComputer(err error) bool { return device.GapOf(err).Reason == device.Internal }

// fetch copies the archive to this computer and returns its path.
func (f Fetch) fetch(ctx context.Context, attached usb.Attached) (string, error) {
	known, err := f.Client.Archives(ctx, attached)
	if err != nil {
		return "", err
	}
	if f.Last {
		complete := slices.DeleteFunc(known, func(a usb.Archive) bool { return a.Gathering })
		if len(complete) == 0 {
			return "", command.Exit{
				Code: report.ExitNotExamined, Err: errors.New("there is no sysdiagnose archive on the device"),
				Hint: "without --last this waits for one",
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
func (f Fetch) explain(ctx context.Context, attached usb.Attached) {
	id := f.Client.Greet(ctx, attached).Device
	fmt.Fprintf(f.Screen, "on the device, press %s and both volume buttons together for one to one and a half seconds, and let go\n", powerButton(id))
	fmt.Fprintln(f.Screen, "if the power-off slider appears, that was too long: cancel it, and try again")
	fmt.Fprintln(f.Screen, "an iPhone answers with a short buzz, an iPad does not; it may take a picture of the screen too")
	fmt.Fprintln(f.Screen, "without these buttons: Settings > Accessibility > Touch > AssistiveTouch, and assign Analytics to an action")
	fmt.Fprintln(f.Screen, "then leave it attached; gathering takes five to ten minutes")
}

// powerButton returns where a model's power button is. It is at the top on iPads, iPods, and
// iPhones up to the 5s and the first SE.
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

// await waits for a new archive that has stopped growing. The device may be unplugged in
// between.
func (f Fetch) await(ctx context.Context, attached usb.Attached, before []usb.Archive) (usb.Archive, error) {
	ctx, stop := context.WithTimeout(ctx, f.Wait)
	defer stop()
	began := time.Now()
	seen := map[string]uint64{} // sizes of new archives, by name
	state := unpressed
	for {
		archives, err := f.Client.Archives(ctx, attached)
		if ctx.Err() != nil {
			return usb.Archive{}, f.waited(state)
		}
		state = unpressed
		switch {
		case err == nil:
			for _, a := range archives {
				if a.Gathering {
					state = gathering
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
			state = away
			if attached, err = f.again(ctx, attached, err); err != nil {
				return usb.Archive{}, err
			}
		}
		f.Screen.Status(fmt.Sprintf("%s, %d s", state, int(time.Since(began).Seconds())))
		if err := pause(ctx); err != nil {
			return usb.Archive{}, f.waited(state)
		}
	}
}

// States of the wait for an archive.
const (
	unpressed = "waiting for the buttons to be pressed"
	gathering = "the device is gathering"
	away      = "waiting for the device to come back"
)

// waited returns the error of a wait that timed out.
func (f Fetch) waited(state string) error {
	end := command.Exit{Code: report.ExitNotExamined, Hint: "--wait TIME waits longer; --last fetches the newest archive that is on the device"}
	switch state {
	case unpressed:
		end.Err = fmt.Errorf("no sysdiagnose was started on the device within %v", f.Wait)
	case away:
		end.Err = fmt.Errorf("the device was not attached at the end of %v", f.Wait)
	default:
		end.Err = fmt.Errorf("the device had not finished its sysdiagnose after %v", f.Wait)
	}
	return end
}

// again finds the device under its current number after a request failed. An error not caused
// by unplugging is returned.
func (f Fetch) again(ctx context.Context, attached usb.Attached, failed error) (usb.Attached, error) {
	found, err := f.Client.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return attached, err
	}
	here, _ := Examination{Network: f.Network}.leftOut(found.Devices)
	wanted, _ := Choose(here, []string{attached.UDID})
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

// pause waits until the next poll.
func pause(ctx context.Context) error {
	select {
	case <-time.After(pollInterval):
		return nil
	case <-ctx.Done():
		return device.Timeout
	}
}

// pull copies an archive into a part, resuming an earlier copy, and renames the part once it is
// complete.
func (f Fetch) pull(ctx context.Context, attached usb.Attached, archive usb.Archive) (string, error) {
	path := filepath.Join(f.Folder, archive.Name)
	if fetched(path, archive) {
		fmt.Fprintf(f.Screen, "%s has been fetched before\n", path)
		return path, nil
	}
	if err := f.Files.Check(path); err != nil {
		return "", err
	}
	part, err := openPart(f.Folder, attached, archive)
	if err != nil {
		return "", err
	}
	defer part.Close()
	fmt.Fprintf(f.Screen, "fetching %s, %.1f MB\n", archive.Name, float64(archive.Bytes)/1e6)
	if err := f.pullInto(ctx, attached, archive, part); err != nil {
		return "", err
	}
	if err := f.Files.Name(path, part); err != nil {
		return "", err
	}
	if whole, err := endsWhole(path); err != nil {
		return "", err
	} else if !whole {
		fmt.Fprintf(f.Screen, "%s does not end as an archive does: the device's own file may be truncated\n", archive.Name)
	}
	if isDated(archive) {
		return path, os.Chtimes(path, time.Time{}, archive.ChangedAt)
	}
	return path, nil
}

// fetched reports whether a file is a complete copy of an archive, made by this user: it has
// the archive's size and time, and ends as an archive does.
func fetched(path string, archive usb.Archive) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || !isOwn(info) || uint64(info.Size()) != archive.Bytes {
		return false
	}
	apart := info.ModTime().Sub(archive.ChangedAt).Abs()
	if !isDated(archive) || apart > 2*time.Second { // resolution of FAT timestamps
		return false
	}
	whole, err := endsWhole(path)
	return err == nil && whole
}

// isDated reports whether the device reported the archive's modification time.
func isDated(archive usb.Archive) bool { return archive.ChangedAt.Unix() > 0 }

// pullInto resumes the copy each time the device returns, as long as something arrives within
// the waiting time.
func (f Fetch) pullInto(ctx context.Context, attached usb.Attached, archive usb.Archive, part *os.File) error {
	arrived := time.Now()
	progress := func(done uint64) {
		arrived = time.Now()
		f.Screen.Status("fetching: " + terminal.Megabytes(done, archive.Bytes))
	}
	for {
		info, err := part.Stat()
		if err != nil {
			return err
		}
		done := uint64(info.Size())
		err = f.Client.Pull(ctx, attached, archive, done, part, progress)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || time.Since(arrived) > f.Wait || isOfThisComputer(err) {
			return err
		}
		f.Screen.Status("waiting for the device to come back, " + terminal.Megabytes(done, archive.Bytes))
		if err := pause(ctx); err != nil {
			return err
		}
		if attached, err = f.again(ctx, attached, err); err != nil {
			return err
		}
	}
}
