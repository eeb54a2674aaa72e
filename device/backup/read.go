package backup

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// Read returns what the property lists of a backup say, and the free space on its disk. It
// never fails: anything that could not be read, or not before ctx ended, is unknown, with the
// reason.
func Read(ctx context.Context, folder Folder) device.Backup {
	b, _ := ReadLists(ctx, folder)
	return b
}

// ReadLists is like [Read], and also returns the property lists, for [Options]; nil if the folder
// could not be opened.
func ReadLists(ctx context.Context, folder Folder) (device.Backup, *Lists) {
	b := device.Backup{Folder: folder.Path, Archived: folder.Archived, InLibrary: folder.InLibrary(), Device: device.Identity{UDID: folder.UDID}}
	top, err := openTop(folder.Path)
	if err != nil {
		return unreadable(b, err), nil
	}
	defer top.close()
	lists := readLists(top)
	status, info, properties := lists.status, lists.info, lists.properties
	b.Device = identity(folder, info, properties)
	b.Date = status.date
	b.SnapshotState = status.snapshot
	b.Full = status.full
	b.LastBackupDate = info.date
	b.HostSoftware = info.software
	b.HostSystem = info.system
	b.Encrypted = encryption(ctx, folder, top, properties)
	b.PasscodeSet = properties.passcode
	b.ManifestFormat = properties.version
	b.FreeBytes = device.FactOf(host.FreeBytes(folder.Path))
	return b, lists
}

// encryption returns IsEncrypted as far as the records agree. Where only they have keys they decide;
// where only Manifest.plist has, it is unknown: anyone may be able to read the files.
func encryption(ctx context.Context, folder Folder, top blobDirectory, properties properties) device.Fact[bool] {
	said := properties.known()
	encrypted, err := said.Get()
	encrypted = err == nil && encrypted
	if !encrypted && len(properties.keybag) == 0 {
		return said
	}
	switch keyed, err := recordsKeyed(ctx, folder, top, properties).Get(); {
	case err != nil || keyed == encrypted:
		return said
	case keyed:
		return device.Known(true)
	default:
		return device.Unknown[bool](device.Inconclusive)
	}
}

// recordsKeyed reports whether a list of files indicates encryption, by one of its first records
// or by being encrypted itself or record by record. It is unknown if the list cannot be read.
func recordsKeyed(ctx context.Context, folder Folder, top blobDirectory, properties properties) device.Fact[bool] {
	v := verification{folder: folder, top: top, properties: properties}
	m, err := v.openManifest(ctx)
	switch {
	case errors.Is(err, errClosed):
		return device.Known(true)
	case err != nil:
		return device.Unknown[bool](device.Inconclusive)
	}
	defer m.Close()
	var rows, files int
	for row, err := range m.Rows(ctx) {
		if rows++; err != nil || rows > peekRows || files == peekFiles {
			break
		}
		if row.Kind == manifest.File && row.Err == nil {
			if files++; len(row.EncryptionKey) > 0 {
				return device.Known(true)
			}
		}
	}
	if files == 0 {
		return device.Unknown[bool](device.Inconclusive)
	}
	return device.Known(false)
}

// unreadable marks a backup whose folder could not be opened.
func unreadable(b device.Backup, err error) device.Backup {
	why := device.Absent
	switch {
	case os.IsPermission(err):
		why = device.Refused
	case obstacle(err) != nil:
		why = device.ReadFailed
	}
	b.SnapshotState = device.Unknown[string](why)
	b.Encrypted = device.Unknown[bool](why)
	b.Date = device.Unknown[time.Time](why)
	return b
}

// identity returns whose backup it is: from Info.plist, supplemented by Manifest.plist. The
// folder's name comes last, since people rename folders.
func identity(folder Folder, info info, properties properties) device.Identity {
	return device.Identity{
		UDID:           cmp.Or(properties.identity.UDID, info.identity.UDID, folder.UDID),
		Name:           either(info.identity.Name, properties.identity.Name),
		ProductType:    either(info.identity.ProductType, properties.identity.ProductType),
		ProductVersion: either(info.identity.ProductVersion, properties.identity.ProductVersion),
		BuildVersion:   either(info.identity.BuildVersion, properties.identity.BuildVersion),
	}
}

func either[T any](first, second device.Fact[T]) device.Fact[T] {
	if _, err := first.Get(); err == nil {
		return first
	}
	return second
}
