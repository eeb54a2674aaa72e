package device

import "time"

// A Computer is what is known about the computer that reads devices, where it matters for
// reading them.
type Computer struct {
	OS      string   // runtime.GOOS
	Distro  []string // on Linux, ID and ID_LIKE of os-release; nil if unknown
	TakenAt time.Time

	Mux      Mux
	Folders  []BackupFolder
	Rooms    []Room
	Clock    Clock
	Releases ReleaseTable
	History  Fact[bool] // the history file could be opened; Absent if there is none yet
}

// Mux is the state of usbmuxd and its environment.
type Mux struct {
	Address    string     // address that was tried
	Named      bool       // address set by the user, not the system default
	Installed  Fact[bool] // usbmuxd is installed on this computer; Unsupported where that cannot be determined
	Reached    Fact[bool] // it accepts connections; the gap's detail is missing, refused or denied
	Lists      Fact[bool] // it answers ListDevices
	HasRecords Fact[bool] // it answers ReadBUID, so it keeps pair records; false if it refuses
	OnUSB      Fact[int]  // Apple's mobile devices on USB, as the system sees them
	Cables     int        // devices that usbmuxd lists as connected by USB
	Networks   int        // devices that usbmuxd lists on the network only
	Malformed  int        // entries of its list that could not be parsed

	Records       map[string]Fact[bool] // by UDID of a listed device: whether its pair record could be read; NeverPaired if there is none
	RecordsFolder Fact[bool]            // on Linux: usbmuxd's folder of pair records exists
}

// A BackupFolder is a folder that is searched for backups.
type BackupFolder struct {
	Path    string
	Program string     // program whose default folder it is; "" if set by the user
	Read    Fact[bool] // it could be read; Absent if it does not exist
	Backups int        // number of backups in it
}

// A Room is the free space on a disk.
type Room struct {
	Path      string
	What      string // what is stored there
	FreeBytes Fact[uint64]
}

// Clock is this computer's clock.
type Clock struct {
	Now          time.Time
	Synchronized Fact[bool] // the system synchronizes it with a time server
	NotBefore    time.Time  // a date certainly in the past: that of the table of releases
}

// ReleaseTable is the table of Apple's releases in use.
type ReleaseTable struct {
	Date    time.Time
	Source  string     // embedded or updated
	Updated Fact[bool] // the updated copy could be used; Absent if there is none
}
