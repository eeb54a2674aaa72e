package device

import "time"

// A Snapshot is everything known about one iPhone or iPad at one moment, without
// conclusions. Strings are as the device sent them: sanitize them before printing.
//
// The privacy tag of each text says whether [Redact] hides it.
type Snapshot struct {
	TakenAt time.Time     `json:"takenAt"`                // UTC; the only clock that checks may use
	Host    Host          `json:"host"`                   // this computer
	Device  Identity      `json:"device"`                 // which device this is
	Labels  Labels        `json:"labels,omitzero"`        // its port and its inventory record
	Live    *Live         `json:"live,omitempty"`         // facts from the attached device; nil if it was not attached
	Newest  Fact[Release] `json:"newestRelease,omitzero"` // newest software for this model, according to the table of releases
	Policy  Policy        `json:"policy,omitzero"`        // what is expected of its backups
	Tray    Tray          `json:"tray,omitzero"`          // what all devices of the run show together

	BackupPlaces Fact[uint64] `json:"backupPlaces,omitzero"` // number of backup folders searched; the gap says why some were not

	Backups   []Backup     `json:"backups,omitempty"`     // its backups on this computer, newest first
	Histories []History    `json:"histories,omitempty"`   // the device's own records of its iCloud backups, newest first
	Attempts  []Attempt    `json:"attempts,omitempty"`    // iCloud backup attempts in logs, newest first
	Answers   []Answer     `json:"answers,omitempty"`     // a person's answers, at most one per question
	Reach     *Reach       `json:"reach,omitempty"`       // this computer's view of Apple's hosts; nil if not checked
	InUse     *InUse       `json:"inUse,omitempty"`       // the command that was using it during the scan; nil if none
	Repair    *Repair      `json:"repair,omitempty"`      // its newest repair; nil if none is known
	Sized     *SizedBackup `json:"sizedBackup,omitempty"` // the size of a full backup by backup --plan in an earlier run; nil if none is known
	Copy      *Copy        `json:"copy,omitempty"`        // how its backup to this computer ended in this run; nil if none was asked for
}

// InUse is a command on this computer that is using a device.
type InUse struct {
	Command string    `json:"command" privacy:"public"` // backupdoctor command: scan --pair
	Since   time.Time `json:"since"`                    // UTC
}

// Tray is what the devices of one run together show about this computer's clock and table
// of releases. It is zero if they contradict neither.
type Tray struct {
	ClockAheadSeconds float64 `json:"clockAheadSeconds,omitempty"`                // how far the clocks of several devices agree in being ahead of this computer's
	ClockDevices      uint64  `json:"clockDevices,omitempty"`                     // number of these devices
	NewestSeen        string  `json:"newestSeen,omitempty" privacy:"public"`      // version seen on a device with a newer major than any in the table
	NewestSeenWhere   string  `json:"newestSeenWhere,omitempty" privacy:"public"` // tray or history
}

// Host is the computer that made the snapshot.
type Host struct {
	OS   string `json:"os" privacy:"public"`          // runtime.GOOS
	Tool string `json:"toolVersion" privacy:"public"` // version of backupdoctor
}

// Identity identifies a device and describes it to people.
type Identity struct {
	UDID           string       `json:"udid" privacy:"private"`                   // usbmux / SerialNumber
	Serial         Fact[string] `json:"serial,omitzero" privacy:"private"`        // lockdown / SerialNumber: the key used in inventories
	Name           Fact[string] `json:"name,omitzero" privacy:"private"`          // lockdown / DeviceName
	Class          Fact[string] `json:"class,omitzero" privacy:"public"`          // lockdown / DeviceClass: iPhone, iPad, iPod
	ProductType    Fact[string] `json:"productType,omitzero" privacy:"public"`    // lockdown / ProductType: iPhone14,4
	ProductVersion Fact[string] `json:"productVersion,omitzero" privacy:"public"` // lockdown / ProductVersion: 18.7.2
	BuildVersion   Fact[string] `json:"buildVersion,omitzero" privacy:"public"`   // lockdown / BuildVersion: 22H124
	ModelName      Fact[string] `json:"modelName,omitzero" privacy:"public"`      // table of models: iPhone 13 mini
}

// Labels are a device's place on the bench and its inventory record. Checks do not read
// them: they help people tell forty devices apart.
type Labels struct {
	Location uint64  `json:"locationID,omitempty"`            // usbmux / LocationID; 0 if usbmuxd does not report it
	Port     string  `json:"port,omitempty" privacy:"public"` // the USB port of that location; "" if unknown
	Slot     string  `json:"slot,omitempty" privacy:"public"` // user-defined name of the port; "" if it has none
	Asset    []Field `json:"asset,omitempty"`                 // its inventory row, column by column; nil if it has none
}

// A Field is one column of a device's inventory row.
type Field struct {
	Name  string `json:"name" privacy:"public"`   // column header
	Value string `json:"value" privacy:"private"` // value for the device
}

// Release is what the table of releases has for one model.
type Release struct {
	Newest      string    `json:"newest" privacy:"public"`                // highest version this model can run, e.g. 26.6.1
	SameMajor   string    `json:"sameMajor,omitempty" privacy:"public"`   // highest version with the installed major; "" if none is offered
	Builds      []string  `json:"builds,omitempty" privacy:"public"`      // builds of Newest
	Posted      time.Time `json:"posted,omitzero"`                        // when Apple posted Newest
	TableDate   time.Time `json:"tableDate"`                              // the day the table describes
	TableSource string    `json:"tableSource" privacy:"public"`           // "embedded" or "updated"
	TableNewest string    `json:"tableNewest,omitempty" privacy:"public"` // highest version in the table for any model
}
