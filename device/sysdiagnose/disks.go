package sysdiagnose

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// dataVolume is the mount point of the volume with apps, files and temporary copies of
// backups.
const dataVolume = "/private/var"

// disks parses the output of df, in blocks or with units:
//
//	Filesystem     Size   Used  Avail Capacity iused      ifree %iused  Mounted on
//	/dev/disk1s2  119Gi   61Gi   41Gi    60%  512000 4294967295    0%   /private/var
//
// Avail excludes the purgeable space that the device frees when needed.
func (r *reading) disks(m member) error {
	disk := &r.archive.History.Disk
	var columns []string
	found := false
	err := eachLine(m.Reader, func(line string) bool {
		fields := strings.Fields(line)
		if len(fields) > 0 && fields[0] == "Filesystem" {
			columns = fields
			return true
		}
		size, available := slices.IndexFunc(columns, isSizeColumn), slices.IndexFunc(columns, isAvailColumn)
		if size < 0 || available < 0 || len(fields) <= available || fields[len(fields)-1] != dataVolume || !strings.HasPrefix(fields[0], "/dev/") {
			return true
		}
		found = true
		unit := blockSize(columns[size])
		disk.TotalBytes = diskSize(fields[size], unit)
		disk.FreeBytes = diskSize(fields[available], unit)
		total, errTotal := disk.TotalBytes.Get()
		free, errFree := disk.FreeBytes.Get()
		if errTotal == nil && errFree == nil && free > total {
			*disk = device.PastDisk{TotalBytes: device.Unknown[uint64](device.Implausible), FreeBytes: device.Unknown[uint64](device.Implausible)}
		}
		return false
	})
	if !found {
		unknown(&disk.TotalBytes, device.Absent)
		unknown(&disk.FreeBytes, device.Absent)
	}
	return err
}

func isSizeColumn(name string) bool  { return name == "Size" || blockSize(name) > 0 }
func isAvailColumn(name string) bool { return name == "Avail" || name == "Available" }

// blockSize returns the unit of the numbers under a column header such as 512-blocks, or 0
// if each number has its own unit.
func blockSize(column string) float64 {
	switch strings.ToLower(column) {
	case "512-blocks":
		return 512
	case "1k-blocks", "1024-blocks":
		return 1 << 10
	case "1m-blocks", "1048576-blocks":
		return 1 << 20
	case "1g-blocks":
		return 1 << 30
	default:
		return 0
	}
}

// diskNumber matches a number with an optional unit: 41Gi from df -h, 44G from df -H.
var diskNumber = regexp.MustCompile(`^(\d{1,18}(?:\.\d{1,3})?)(?:([BKMGTP])(i?)B?)?$`)

func diskSize(text string, unit float64) device.Fact[uint64] {
	found := diskNumber.FindStringSubmatch(text)
	if found == nil {
		return device.Unknown[uint64](device.Malformed)
	}
	number, err := strconv.ParseFloat(found[1], 64)
	if err != nil || (found[2] == "") != (unit > 0) {
		return device.Unknown[uint64](device.Malformed)
	}
	base := 1000.0
	if found[3] == "i" {
		base = 1024
	}
	if found[2] != "" {
		unit = math.Pow(base, float64(strings.Index("BKMGTP", found[2])))
	}
	const most = 1 << 50 // a thousand times the storage of a device
	if number*unit > most {
		return device.Unknown[uint64](device.Implausible)
	}
	return device.Known(uint64(number * unit))
}
