package scan

import (
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// checkRoom says how much room all copies need at most, if that is more than is free, and what
// the disk cannot do.
func (m *making) checkRoom() {
	free, err := host.FreeBytes(m.Library.Path)
	if err != nil {
		fmt.Fprintln(m.Screen, "How much room is left for the copies is not known.")
		return
	}
	var most uint64
	unknown := 0
	for _, c := range m.copies {
		if c.failure != nil {
			continue
		}
		needs, known := c.mostRoom()
		if most += needs; !known {
			unknown++
		}
	}
	if most > free {
		fmt.Fprintf(m.Screen, "These devices hold up to %s that may be sent, and %s are free; --plan asks each how much it is.\n", words.Size(most), words.Size(free))
	}
	if unknown > 0 && len(m.copies) > 1 {
		fmt.Fprintf(m.Screen, "How much is on %s is not known.\n", words.Count(unknown, "device"))
	}
	for _, limit := range library.Limits(m.Library.Path) {
		fmt.Fprintln(m.Screen, limit)
		for _, c := range m.copies {
			c.copy.Notes = append(c.copy.Notes, limit)
		}
	}
}

// mostRoom returns the room that a copy of the device needs at most: all that is stored on it, for
// the first copy and for a full one. Later copies send what has changed, which only the device
// knows.
func (c *copying) mostRoom() (bytes uint64, known bool) {
	if copies, ok := c.copiesNow(); !c.Full && (!ok || len(copies) > 0) {
		return 0, ok
	}
	disk := c.snapshot.Live.Disk
	total, errTotal := disk.TotalBytes.Get()
	free, errFree := disk.FreeBytes.Get()
	if errTotal != nil || errFree != nil || free > total {
		return 0, false
	}
	return total - free, true
}

// explained puts an error of a step that only this computer takes part in into words: a disk refused
// something in a folder.
func explained(err error, folder string) error {
	if host.DiskErrorOf(err) == "" {
		return err
	}
	if _, known := errors.AsType[device.Reason](err); known {
		return err
	}
	return disk.Explain(err, folder)
}

// checkLeast returns an error if the copy would end with its first file, for want of room.
func (c *copying) checkLeast() error {
	if free, err := host.FreeBytes(c.Library.Path); err == nil && free < mobilebackup.LeastFree {
		return host.DiskFull
	}
	return nil
}
