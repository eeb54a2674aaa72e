package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sysdiagnose"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// archiveFlags say which sysdiagnose archives to read.
func archiveFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "sysdiagnose", Category: witnessHeading, Usage: "also read the sysdiagnose archive `FILE`; may be repeated"},
	}
}

// readArchives reads the archives that were named. One that is none, or cannot be opened,
// ends the run: a mistyped name must not read as "nothing in it". One that breaks off does
// not.
func (sc scan) readArchives(ctx context.Context) ([]sysdiagnose.Archive, error) {
	var archives []sysdiagnose.Archive
	for _, path := range sc.archives {
		drawn := reading{line: sc.statusLine()}
		archive, err := sysdiagnose.Read(ctx, path, sysdiagnose.Options{Progress: drawn.show})
		drawn.line.show("")
		switch {
		case errors.Is(err, device.Interrupted):
			return nil, exit{code: report.ExitInterrupted, err: errors.New("interrupted")}
		case errors.Is(err, sysdiagnose.ErrForeign):
			return nil, usageError("sysdiagnose archives are called sysdiagnose_….tar.gz", "%q is no sysdiagnose archive", path)
		case errors.Is(err, fs.ErrNotExist):
			return nil, usageError("", "there is no file %q", path)
		case err != nil:
			return nil, usageError("", "%w", err)
		}
		if archive.Device.UDID == "" {
			archive.Device.UDID = sc.archivesOf
		}
		archives = append(archives, archive)
	}
	return archives, nil
}

// reading draws how far the reading of an archive has come.
type reading struct {
	line  *statusLine
	drawn time.Time
}

func (r *reading) show(p sysdiagnose.Progress) {
	if time.Since(r.drawn) < 100*time.Millisecond {
		return
	}
	r.drawn = time.Now()
	text := fmt.Sprintf("reading the archive: %d files", p.Members)
	if p.TotalBytes > 0 {
		text += fmt.Sprintf(", %s", megabytesOf(uint64(p.Bytes), uint64(p.TotalBytes)))
	}
	r.line.show(text)
}

// megabytesOf is a part and the whole, both in megabytes.
func megabytesOf(done, total uint64) string {
	return fmt.Sprintf("%.1f of %.1f MB", float64(done)/1e6, float64(total)/1e6)
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
func (sc scan) withArchives(snapshots []device.Snapshot, archives []sysdiagnose.Archive, sh shelf) []device.Snapshot {
	for _, archive := range archives {
		i := slices.IndexFunc(snapshots, func(s device.Snapshot) bool {
			return s.Device.UDID != "" && sameUDID(s.Device.UDID, archive.Device.UDID)
		})
		if i < 0 {
			i = len(snapshots)
			snapshots = append(snapshots, device.Snapshot{
				TakenAt:      time.Now().UTC(),
				Device:       device.Identity{UDID: archive.Device.UDID},
				BackupPlaces: sh.looked(),
			})
			if archive.Device.UDID != "" {
				sh.join(&snapshots[i])
			}
		}
		s := &snapshots[i]
		complete(&s.Device, archive.Device)
		s.Histories = append(s.Histories, archive.History)
		sortHistories(s.Histories)
		identify(s, sc.table)
	}
	return snapshots
}

// complete fills what is not known of a device from an archive of it.
func complete(id *device.Identity, from device.Identity) {
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
