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
	b.Encrypted = properties.known()
	if encrypted, err := b.Encrypted.Get(); (err != nil || !encrypted) && hasKeyedRecord(ctx, folder, top, properties) {
		b.Encrypted = device.Known(true)
	}
	b.PasscodeSet = properties.passcode
	b.ManifestFormat = properties.version
	b.FreeBytes = device.FactOf(host.FreeBytes(folder.Path))
	return b, lists
}

// hasKeyedRecord reports whether an unencrypted list of files indicates encryption, by one of
// its first records or by being encrypted record by record.
func hasKeyedRecord(ctx context.Context, folder Folder, top blobDirectory, properties properties) bool {
	if len(properties.keybag) == 0 {
		return false
	}
	v := verification{folder: folder, top: top, properties: properties}
	m, err := v.openManifest(ctx)
	if err != nil {
		return errors.Is(err, errClosed)
	}
	defer m.Close()
	var rows, files int
	for row, err := range m.Rows(ctx) {
		if rows++; err != nil || rows > peekRows || files == peekFiles {
			return false
		}
		if row.Kind == manifest.File && row.Err == nil {
			if files++; len(row.EncryptionKey) > 0 {
				return true
			}
		}
	}
	return false
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
