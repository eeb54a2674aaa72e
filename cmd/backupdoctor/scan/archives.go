package scan

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/sysdiagnose"
)

// Archives are sysdiagnose archives to read.
type Archives struct {
	Paths []string
	Of    string // UDID of the device, for archives that do not name theirs
}

// read reads the archives. A file that cannot be opened, or is not an archive, ends the run: a
// mistyped name must not read as "nothing found". A truncated archive does not.
func (a Archives) read(ctx context.Context, screen *terminal.Screen) ([]sysdiagnose.Archive, error) {
	var archives []sysdiagnose.Archive
	for _, path := range a.Paths {
		archive, err := sysdiagnose.Read(ctx, path, sysdiagnose.Options{
			Open:     func(path string) (io.ReadCloser, error) { return input.OpenNamed(ctx, path) },
			Progress: screen.ArchiveProgress(),
		})
		screen.Status("")
		switch {
		case err != nil && errors.Is(context.Cause(ctx), device.OutOfTime):
			return archives, nil // the archives not read are a gap of the run
		case err != nil && ctx.Err() != nil:
			return nil, interrupted()
		case errors.Is(err, sysdiagnose.ErrForeign):
			return nil, command.Usage("they are called sysdiagnose_….tar.gz; if this one is, it is empty or damaged: fetch it again", "%q is not a sysdiagnose archive", path)
		case errors.Is(err, fs.ErrNotExist):
			return nil, command.Usage("", "there is no file %q", path)
		case err != nil:
			return nil, command.Usage("", "%w", err)
		}
		if archive.Device.UDID == "" {
			archive.Device.UDID = a.Of
		}
		archives = append(archives, archive)
	}
	return archives, nil
}

// ownersOf returns the UDIDs of the archives' devices.
func ownersOf(archives []sysdiagnose.Archive) []string {
	var udids []string
	for _, archive := range archives {
		if archive.Device.UDID != "" {
			udids = append(udids, archive.Device.UDID)
		}
	}
	return udids
}

// withArchives adds archives to the snapshots of their devices. An archive of a device that was
// not examined, or of an unknown device, becomes a snapshot of its own.
func withArchives(snapshots []device.Snapshot, archives []sysdiagnose.Archive, set BackupSet, table releases.Table) []device.Snapshot {
	for _, archive := range archives {
		i := slices.IndexFunc(snapshots, func(s device.Snapshot) bool {
			return s.Device.UDID != "" && device.SameUDID(s.Device.UDID, archive.Device.UDID)
		})
		if i < 0 {
			i = len(snapshots)
			snapshots = append(snapshots, device.Snapshot{
				TakenAt:      time.Now().UTC(),
				Device:       device.Identity{UDID: archive.Device.UDID},
				BackupPlaces: set.searched(),
			})
			if archive.Device.UDID != "" {
				set.join(&snapshots[i])
			}
		}
		s := &snapshots[i]
		fillFrom(&s.Device, archive.Device)
		s.Histories = append(s.Histories, archive.History)
		sortHistories(s.Histories)
		identify(s, table)
	}
	return snapshots
}

// fillFrom fills in the unknown facts of a device from another source.
func fillFrom(id *device.Identity, from device.Identity) {
	for _, fact := range []struct{ to, from *device.Fact[string] }{
		{&id.Name, &from.Name},
		{&id.Class, &from.Class},
		{&id.ProductType, &from.ProductType},
		{&id.ProductVersion, &from.ProductVersion},
		{&id.BuildVersion, &from.BuildVersion},
	} {
		if _, err := fact.to.Get(); err != nil {
			*fact.to = *fact.from
		}
	}
}
