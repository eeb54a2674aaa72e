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

// PermittedPull lists every request that [Client.Archives] and [Client.Pull] may send, besides those
// that start a session for a scan. Like [Permitted], it changes nothing on the device. A * stands
// for the archive name.
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

// archiveFolder is where sysdiagnose puts its archives, relative to the crash report folder.
const archiveFolder = "/DiagnosticLogs/sysdiagnose"

// An Archive is a sysdiagnose archive on a device.
type Archive struct {
	Name      string // sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90.tar.gz
	Gathering bool   // still being written; the fields below are unknown
	Bytes     uint64
	ChangedAt time.Time // UTC
}

// Archives lists the sysdiagnose archives on a device, oldest first, including those still being
// written. The error is a [device.Reason]; a device without archives is not an error.
func (c Client) Archives(ctx context.Context, a Attached) ([]Archive, error) {
	reports, err := c.openReports(ctx, a)
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

// maxArchives limits the number of names examined; devices keep only a few.
const maxArchives = 200

// archiveName matches archive names. A name becomes a file name on this computer, so all others
// are rejected.
var archiveName = regexp.MustCompile(`^sysdiagnose_[0-9A-Za-z._+-]{1,150}\.tar\.gz$`)

// gatheringPrefix marks an unfinished archive: first a folder, then a file.
const gatheringPrefix = "IN_PROGRESS_"

// archive looks up one name in the archive folder.
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
		return Archive{}, false, nil // deleted since it was listed
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
		changed = 0 // only used for the date
	}
	return Archive{Name: name, Bytes: size, ChangedAt: time.Unix(0, changed).UTC()}, true, nil
}
