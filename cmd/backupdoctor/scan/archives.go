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
	Of    string // UDID of the device that they are of if they do not say
}

// read reads the archives. One that is none, or cannot be opened,
// ends the run: a mistyped name must not read as "nothing in it". One that breaks off does
// not.
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
			return archives, nil // what it was too late for is a gap of the run
		case err != nil && ctx.Err() != nil:
			return nil, interrupted()
		case errors.Is(err, sysdiagnose.ErrForeign):
			return nil, command.Usage("they are called sysdiagnose_….tar.gz; if this one is, it is empty or damaged: fetch it again", "%q is no sysdiagnose archive", path)
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

// ownersOf are the devices that the archives are of.
func ownersOf(archives []sysdiagnose.Archive) []string {
	var udids []string
	for _, archive := range archives {
		if archive.Device.UDID != "" {
			udids = append(udids, archive.Device.UDID)
		}
	}
	return udids
}

// withArchives puts what archives tell with the devices that they are of. A device that is
// not among those examined is known by its archive alone; so is one whose archive does not
// say whose it is.
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

// fillFrom fills what is not known of a device from another source about it.
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
