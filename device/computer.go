package device

import "time"

// A Computer is what is known of the computer that reads devices, as far as reading them
// depends on it.
type Computer struct {
	OS      string   // runtime.GOOS
	Distro  []string // on Linux, ID and ID_LIKE of os-release; nil if unknown
	TakenAt time.Time

	Mux      Mux
	Folders  []BackupFolder
	Rooms    []Room
	Clock    Clock
	Releases ReleaseTable
	History  Fact[bool] // its file could be opened; Absent if there is none yet
}

// Mux is what usbmuxd, and what is around it, says of itself.
type Mux struct {
	Address    string     // where it was looked for
	Named      bool       // by a person, not by the system
	Installed  Fact[bool] // its program is on this computer; unsupported where that cannot be seen
	Reached    Fact[bool] // it takes connections; the gap's detail is missing, refused or denied
	Lists      Fact[bool] // it answers ListDevices
	HasRecords Fact[bool] // it answers ReadBUID, as those do that keep pair records; false if it refuses
	OnUSB      Fact[int]  // Apple's mobile devices on USB, as the system sees them
	Cables     int        // devices that usbmuxd lists on a cable
	Networks   int        // devices that it lists on the network only
	Malformed  int        // entries of its list that could not be understood

	Records       map[string]Fact[bool] // by UDID of a listed device: its pair record was read; NeverPaired if there is none
	RecordsFolder Fact[bool]            // on Linux: the folder in which usbmuxd keeps pair records is there
}

// A BackupFolder is a folder in which backups are looked for.
type BackupFolder struct {
	Path    string
	Program string     // whose own folder it is, "" if it was named by hand
	Read    Fact[bool] // it could be read; Absent if there is none
	Backups int        // that are in it
}

// A Room is how much is free on a disk.
type Room struct {
	Path      string
	What      string // what is kept there
	FreeBytes Fact[uint64]
}

// Clock is this computer's clock.
type Clock struct {
	Now          time.Time
	Synchronized Fact[bool] // the system keeps it in step with a time server
	NotBefore    time.Time  // a date that has certainly passed: that of the table of releases
}

// ReleaseTable is the table of Apple's releases in use.
type ReleaseTable struct {
	Date    time.Time
	Source  string     // embedded or updated
	Updated Fact[bool] // the updated copy could be used; Absent if there is none
}
