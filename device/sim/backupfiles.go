package sim

import (
	"cmp"
	"fmt"
	"io/fs"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// backupSettings is the format of backup.plist.
type backupSettings struct {
	Password      string
	Rounds        uint32
	Required      bool
	Prompt        string // entered, not-asked, cancelled, timed-out
	PromptSeconds float64
	Refusal       *mobilebackup.Failure
	SpaceFactor   float64
	Major         int
	Files         []backupFile
}

// A backupFile is one file in backup.plist, or Count files of the same size with numbered paths.
type backupFile struct {
	Domain, Path  string
	Size          int64
	Seed          uint64
	Data          []byte
	Count         int
	Modified      time.Time
	OnlyEncrypted bool
	Unreadable    bool
}

var prompts = map[string]mobilebackup.Prompt{
	"": mobilebackup.Entered, "entered": mobilebackup.Entered, "not-asked": mobilebackup.NotAsked,
	"cancelled": mobilebackup.Cancelled, "timed-out": mobilebackup.TimedOut,
}

// loadBackup reads backup.plist. Without it the device has only the usual files.
func (d *Device) loadBackup(folder fs.FS) error {
	set, err := readOptional[backupSettings](folder, "backup.plist")
	if err != nil {
		return err
	}
	prompt, ok := prompts[set.Prompt]
	if !ok {
		return fmt.Errorf("backup.plist: no prompt is called %q", set.Prompt)
	}
	files := d.usualFiles()
	for _, f := range set.Files {
		files = append(files, f.files()...)
	}
	d.Backup = mobilebackup.New(files...)
	d.Backup.Password, d.Backup.Rounds, d.Backup.Required = set.Password, set.Rounds, set.Required
	d.Backup.Prompt, d.Backup.PromptDelay = prompt, seconds(set.PromptSeconds)
	d.Backup.Refusal, d.Backup.SpaceFactor, d.Backup.Major = set.Refusal, set.SpaceFactor, set.Major
	return nil
}

func (f backupFile) files() []mobilebackup.File {
	if f.Count > 0 {
		return mobilebackup.Numbered(f.Domain, f.Path, f.Count, f.Size)
	}
	return []mobilebackup.File{{
		Domain: f.Domain, Path: f.Path, Size: f.Size, Seed: f.Seed, Data: f.Data, Modified: f.Modified,
		OnlyEncrypted: f.OnlyEncrypted, Unreadable: f.Unreadable,
	}}
}

// usualFiles returns the files that every device backs up: its backup settings, as lockdown
// reports them, and a few photos.
func (d *Device) usualFiles() []mobilebackup.File {
	settings, err := plist.Marshal(d.values["com.apple.mobile.backup"], plist.BinaryFormat)
	if err != nil {
		settings = nil // cannot fail: the values come from a property list
	}
	files := []mobilebackup.File{
		{Domain: "HomeDomain", Kind: mobilebackup.Directory},
		{Domain: "HomeDomain", Path: "Library", Kind: mobilebackup.Directory},
		{Domain: "HomeDomain", Path: "Library/Preferences", Kind: mobilebackup.Directory},
		{Domain: "HomeDomain", Path: "Library/Preferences/com.apple.mobile.ldbackup.plist", Data: settings},
		{Domain: "HomeDomain", Path: "Library/Preferences/empty", Data: []byte{}},
		{Domain: "HomeDomain", Path: "Library/Link", Kind: mobilebackup.Symlink, Target: "Preferences"},
		{Domain: "HealthDomain", Path: "Health/healthdb.bin", Size: 40_000, Seed: 1, OnlyEncrypted: true},
	}
	for n := range 6 {
		files = append(files, mobilebackup.File{
			Domain: "CameraRollDomain", Path: fmt.Sprintf("Media/DCIM/100APPLE/IMG_%04d.HEIC", n+1),
			Size: int64(100_000 + 70_000*n), Seed: uint64(n + 10),
		})
	}
	app := cmp.Or(d.firstApp(), "com.example.notes")
	return append(files, mobilebackup.File{Domain: "AppDomain-" + app, Path: "Documents/notes.bin", Size: 5_000, Seed: 99})
}

func (d *Device) firstApp() string {
	for _, app := range d.apps {
		if id, ok := app["CFBundleIdentifier"].(string); ok && app["ApplicationType"] == "User" {
			return id
		}
	}
	return ""
}
