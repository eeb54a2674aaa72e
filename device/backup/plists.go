package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// The top-level files of a backup.
const (
	infoName       = "Info.plist"     // written by the computer
	statusName     = "Status.plist"   // written by the device, like all that follow
	propertiesName = "Manifest.plist" //
	dbName         = "Manifest.db"    // iOS 10 and later
	mbdbName       = "Manifest.mbdb"  // iOS 4 to 9
	snapshotName   = "Snapshot"       // files of a backup in progress
)

// Bounds on the property lists. Info.plist contains an icon and a receipt for each app.
var (
	smallLists = safeplist.Limits{MaxBytes: 4 << 20, MaxDepth: 32, MaxObjects: 50_000}
	infoList   = safeplist.Limits{MaxBytes: 48 << 20, MaxDepth: 32, MaxObjects: 250_000}
)

// The keys read from each list. Nothing else is decoded.
var (
	statusKeys = []string{"Version", "Date", "SnapshotState", "IsFullBackup", "UUID"}
	infoKeys   = []string{
		"Target Identifier", "Device Name", "Product Type", "Product Version", "Build Version",
		"Serial Number", "Last Backup Date", "iTunes Version", "macOS Version", "Windows OS Version", "Installed Applications",
	}
	propertiesKeys = []string{"Version", "IsEncrypted", "WasPasscodeSet", "BackupKeyBag", "ManifestKey", "Lockdown", "Applications", "Date"}
)

// errLink means that a link is in the place of a file. What it leads to is not looked at, since it may
// be out of the backup.
var errLink = device.Gap{Reason: device.Inconclusive, Detail: "link"}

// readList reads some keys of a top-level property list of a backup. The error is a
// device.Reason: Absent if the file does not exist, Refused if it may not be read, ReadFailed if
// the disk or this computer failed, else what is wrong with its contents; or it is errLink.
func readList(top blobDirectory, name string, limits safeplist.Limits, keys []string) (safeplist.Dict, error) {
	info, err := top.lstat(name)
	if err == nil && info.link {
		return nil, errLink
	}
	if err == nil && !info.regular {
		return nil, device.Gap{Reason: device.Malformed, Detail: "it is not a file"}
	}
	var file *blobFile
	if err == nil {
		file, _, err = top.open(name)
	}
	switch {
	case err == nil && file == nil: // replaced in the meantime
		return nil, device.Malformed
	case errors.Is(err, fs.ErrNotExist):
		return nil, device.Absent
	case errors.Is(err, fs.ErrPermission):
		return nil, device.Refused
	case obstacle(err) != nil:
		return nil, readFailure(err)
	case err != nil:
		return nil, device.Malformed
	}
	defer file.Close()
	list, err := safeplist.ParseKeys(file, limits, keys...)
	if _, known := errors.AsType[device.Reason](err); err == nil || known {
		return list, err
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, device.Refused
	case obstacle(err) != nil:
		return nil, readFailure(err)
	}
	return nil, device.Truncated // the disk returned only part of it
}

// status is Status.plist: how far the last backup got.
type status struct {
	err      error // why nothing is known
	date     device.Fact[time.Time]
	snapshot device.Fact[string]
	full     device.Fact[bool]
	uuid     string
}

// The snapshot states that a device writes. It knows no others.
const (
	stateUploading = "uploading"
	stateMoving    = "moving"
	stateRemoving  = "removing"
	stateFinished  = "finished"
)

func readStatus(top blobDirectory) status {
	list, err := readList(top, statusName, smallLists, statusKeys)
	if err == nil && !supported(text(list, "Version")) {
		err = device.Unsupported
	}
	return status{
		err:      err,
		date:     fact(err, list.Date, "Date"),
		snapshot: fact(err, list.Text, "SnapshotState"),
		full:     fact(err, list.Bool, "IsFullBackup"),
		uuid:     text(list, "UUID"),
	}
}

// supported reports whether a device accepts this version of Status.plist: 0, and 2.4 to 4. A
// missing version counts as 0.
func supported(version string) bool {
	v, err := strconv.ParseFloat(version, 64)
	return err != nil || v == 0 || v >= 2.4 && v < 4
}

// info is Info.plist.
type info struct {
	err      error
	identity device.Identity
	serial   string
	date     device.Fact[time.Time]
	software device.Fact[string]
	system   device.Fact[string]
	apps     []string // Installed Applications
	empty    bool
}

func readInfo(top blobDirectory) info {
	list, err := readList(top, infoName, infoList, infoKeys)
	system := fact(err, list.Text, "macOS Version")
	if _, missing := system.Get(); missing != nil {
		system = fact(err, list.Text, "Windows OS Version")
	}
	return info{
		err: err,
		identity: device.Identity{
			UDID:           normalUDID(text(list, "Target Identifier")),
			Name:           fact(err, list.Text, "Device Name"),
			ProductType:    fact(err, list.Text, "Product Type"),
			ProductVersion: fact(err, list.Text, "Product Version"),
			BuildVersion:   fact(err, list.Text, "Build Version"),
		},
		serial:   text(list, "Serial Number"),
		date:     fact(err, list.Date, "Last Backup Date"),
		software: fact(err, list.Text, "iTunes Version"),
		system:   system,
		apps:     texts(list, "Installed Applications"),
		empty:    err == nil && len(list) == 0,
	}
}

// errNoKeys means that Manifest.plist is a property list without any known key.
var errNoKeys = errors.New("it has none of the keys that a device writes")

// properties is Manifest.plist.
type properties struct {
	err         error
	identity    device.Identity // Lockdown, like serial
	serial      string
	encrypted   device.Fact[bool]
	passcode    device.Fact[bool]
	date        device.Fact[time.Time]
	version     device.Fact[string]
	apps        []string // Applications: those whose data the device backs up
	keybag      []byte
	manifestKey []byte
}

func readProperties(top blobDirectory) properties {
	list, err := readList(top, propertiesName, smallLists, propertiesKeys)
	lockdown, _ := list.Dict("Lockdown")
	apps, _ := list.Dict("Applications")
	keys, _ := list.Data("BackupKeyBag")
	manifestKey, _ := list.Data("ManifestKey")
	lost := err
	if err == nil && len(list) == 0 {
		lost = errNoKeys
	}
	return properties{
		err: lost,
		identity: device.Identity{
			UDID:           normalUDID(text(lockdown, "UniqueDeviceID")),
			Name:           fact(err, lockdown.Text, "DeviceName"),
			ProductType:    fact(err, lockdown.Text, "ProductType"),
			ProductVersion: fact(err, lockdown.Text, "ProductVersion"),
			BuildVersion:   fact(err, lockdown.Text, "BuildVersion"),
		},
		serial:      text(lockdown, "SerialNumber"),
		encrypted:   fact(err, list.Bool, "IsEncrypted"),
		passcode:    fact(err, list.Bool, "WasPasscodeSet"),
		date:        fact(err, list.Date, "Date"),
		version:     fact(err, list.Text, "Version"),
		apps:        slices.Collect(maps.Keys(apps)),
		keybag:      keys,
		manifestKey: manifestKey,
	}
}

// bag parses and checks the keybag of an encrypted backup.
func (p properties) bag() (keybag.Bag, error) {
	if len(p.keybag) == 0 {
		return keybag.Bag{}, device.Absent
	}
	bag, err := keybag.Parse(p.keybag)
	switch {
	case err != nil:
		return bag, err
	case len(bag.FirstSalt) == 0 && bag.FirstRounds == 0 && len(p.manifestKey) > 0:
		return bag, fmt.Errorf("%w: no DPSL, although there is a ManifestKey", keybag.ErrMalformed)
	}
	return bag, bag.Check()
}

// fact reads a value of a list: the list's own error takes precedence.
func fact[T any](err error, read func(string) (T, error), key string) device.Fact[T] {
	if err != nil {
		return device.Unknown[T](err)
	}
	return device.FactOf(read(key))
}

// texts returns the strings of an array; none if there is no such array.
func texts(list safeplist.Dict, key string) (all []string) {
	items, _ := list.List(key)
	for _, item := range items {
		if text, ok := item.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// text returns a string, or "" if there is none.
func text(list safeplist.Dict, key string) string {
	value, _ := list.Text(key)
	return strings.TrimSpace(value)
}

// wordsOf describes what is wrong with a file or a value in it. The texts of device.Reason are
// about a device.
func wordsOf(err error) string {
	reason, ok := errors.AsType[device.Reason](err)
	if gap, isGap := errors.AsType[device.Gap](err); isGap {
		if gap.Detail != "" {
			return gap.Detail
		}
		reason, ok = gap.Reason, true
	}
	if !ok {
		return shortError(err)
	}
	words, ok := map[device.Reason]string{
		device.Absent:      "it is missing",
		device.Truncated:   "it is empty or truncated",
		device.Malformed:   "it is not a property list",
		device.WrongType:   "it is not of the type that a device writes",
		device.Oversized:   "it is longer than any that a device writes",
		device.Hostile:     "it is built to exhaust its reader, and was not decoded",
		device.Unsupported: "it has a version that the device refuses",
	}[reason]
	if !ok {
		return reason.Error()
	}
	return words
}
