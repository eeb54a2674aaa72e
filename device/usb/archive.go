package usb

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// PermittedPull is every request that [Door.Archives] and [Door.Pull] may send beside
// those of a session that a scan starts too. Like [Permitted] it changes nothing on the
// device; the names of archives, which differ, stand as *.
var PermittedPull = []string{
	"usbmux Listen",
	"usbmux ListDevices",
	"usbmux ReadPairRecord",
	"usbmux Connect",

	"lockdown GetValue",
	"lockdown StartSession",
	"lockdown StartService com.apple.crashreportcopymobile",

	"afc ReadDir /DiagnosticLogs/sysdiagnose",
	"afc GetFileInfo /DiagnosticLogs/sysdiagnose/*",
	"afc Open /DiagnosticLogs/sysdiagnose/*",
	"afc Seek",
	"afc Read",
	"afc Close",
}

// archiveFolder is where sysdiagnose puts its archives, below that of crash reports.
const archiveFolder = "/DiagnosticLogs/sysdiagnose"

// An Archive is a sysdiagnose archive that lies on a device.
type Archive struct {
	Name      string    // sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90.tar.gz
	Gathering bool      // the device is still at it, and the rest is not known
	Bytes     uint64    // its length
	ChangedAt time.Time // UTC
}

// Archives lists the sysdiagnose archives on a device, oldest first, those that it is
// still gathering among them. The error is a [device.Reason]; a device without any has none
// and no error.
func (d Door) Archives(ctx context.Context, a Attached) ([]Archive, error) {
	reports, err := d.openReports(ctx, a)
	if err != nil {
		return nil, err
	}
	defer reports.Close()
	names, err := reports.list(ctx, archiveFolder)
	if errors.Is(err, device.Absent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var archives []Archive
	for _, name := range names[:min(len(names), maxArchives)] {
		archive, ok, err := reports.archive(ctx, name)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(archives, archive) {
			archives = append(archives, archive)
		}
	}
	slices.SortFunc(archives, func(a, b Archive) int { return cmp.Compare(a.Name, b.Name) })
	return archives, nil
}

// maxArchives bounds the names that are looked at; devices keep a few.
const maxArchives = 200

// archiveName is what archives are called. It becomes the name of a file on this computer,
// so nothing else is let through.
var archiveName = regexp.MustCompile(`^sysdiagnose_[0-9A-Za-z._+-]{1,150}\.tar\.gz$`)

// gatheringPrefix begins the names of what is not finished: a folder, then an archive.
const gatheringPrefix = "IN_PROGRESS_"

// archive looks at one name in the folder of archives.
func (r *reports) archive(ctx context.Context, name string) (archive Archive, ok bool, err error) {
	if bare, gathering := strings.CutPrefix(name, gatheringPrefix); gathering {
		bare = strings.TrimSuffix(strings.TrimSuffix(bare, ".tmp"), ".tar.gz") + ".tar.gz"
		return Archive{Name: bare, Gathering: true}, archiveName.MatchString(bare), nil
	}
	if !archiveName.MatchString(name) {
		return Archive{}, false, nil
	}
	info, err := r.info(ctx, archiveFolder+"/"+name)
	if errors.Is(err, device.Absent) {
		return Archive{}, false, nil // deleted meanwhile
	}
	if err != nil {
		return Archive{}, false, err
	}
	size, err := strconv.ParseUint(info["st_size"], 10, 63)
	if err != nil || info["st_ifmt"] != "S_IFREG" {
		return Archive{}, false, nil
	}
	changed, err := strconv.ParseInt(info["st_mtime"], 10, 64)
	if err != nil {
		changed = 0 // only tells of which day it is
	}
	return Archive{Name: name, Bytes: size, ChangedAt: time.Unix(0, changed).UTC()}, true, nil
}
