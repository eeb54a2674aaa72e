package device

import "time"

// A Snapshot is everything known about one iPhone or iPad at one moment, and nothing
// concluded from it. Strings are as the device sent them: clean them before printing.
//
// The privacy tag of each text says whether [Redact] hides it.
type Snapshot struct {
	TakenAt time.Time     `json:"takenAt"`         // UTC; the only clock a check may read
	Host    Host          `json:"host"`            // this computer
	Device  Identity      `json:"device"`          // which device this is
	Labels  Labels        `json:"labels,omitzero"` // where it is, and what its owners call it
	Live    *Live         `json:"live,omitempty"`  // what it said over USB; nil if it was not attached
	Newest  Fact[Release] `json:"newest,omitzero"` // the newest software for this model, by the table in use
	Policy  Policy        `json:"policy,omitzero"` // what its keepers expect of it
	Tray    Tray          `json:"tray,omitzero"`   // what the devices of the same run show together

	BackupPlaces Fact[uint64] `json:"backupPlaces,omitzero"` // folders of backups that were looked into; why they were not all

	Backups   []Backup  `json:"backups,omitempty"`   // backups of it on this computer, newest first
	Histories []History `json:"histories,omitempty"` // the device's own records of its iCloud backups, newest first
	Attempts  []Attempt `json:"attempts,omitempty"`  // attempts at an iCloud backup that a log told of, newest first
	Answers   []Answer  `json:"answers,omitempty"`   // what a person said of it, at most one for each question
	Reach     *Reach    `json:"reach,omitempty"`     // what this computer sees of Apple's hosts; nil if it did not look
	InUse     *InUse    `json:"inUse,omitempty"`     // the command that acted on it meanwhile; nil without one
}

// InUse is a command on this computer that acts on a device.
type InUse struct {
	Command string    `json:"command" privacy:"public"` // of backupdoctor: scan --pair
	Since   time.Time `json:"since"`                    // UTC
}

// Tray is what the devices of one run show together of what they are compared with: the clock
// and the table of releases of the computer that looked. It is zero where they show nothing
// against either.
type Tray struct {
	ClockAheadSeconds float64 `json:"clockAheadSeconds,omitempty"`                // how far the clocks of several devices are ahead of this computer's, by about the same amount
	ClockDevices      uint64  `json:"clockDevices,omitempty"`                     // how many devices these are; 0 for none
	NewestSeen        string  `json:"newestSeen,omitempty" privacy:"public"`      // a version that was seen on a device, of a newer major than the table has for any model
	NewestSeenWhere   string  `json:"newestSeenWhere,omitempty" privacy:"public"` // tray or history
}

// Host is the computer that looked.
type Host struct {
	OS   string `json:"os" privacy:"public"`          // runtime.GOOS
	Tool string `json:"toolVersion" privacy:"public"` // version of backupdoctor
}

// Identity tells one device from another, and how to talk of it.
type Identity struct {
	UDID           string       `json:"udid" privacy:"private"`                   // usbmux / SerialNumber
	Serial         Fact[string] `json:"serial,omitzero" privacy:"private"`        // lockdown / SerialNumber: what inventories know it by
	Name           Fact[string] `json:"name,omitzero" privacy:"private"`          // lockdown / DeviceName
	Class          Fact[string] `json:"class,omitzero" privacy:"public"`          // lockdown / DeviceClass: iPhone, iPad, iPod
	ProductType    Fact[string] `json:"productType,omitzero" privacy:"public"`    // lockdown / ProductType: iPhone14,4
	ProductVersion Fact[string] `json:"productVersion,omitzero" privacy:"public"` // lockdown / ProductVersion: 18.7.2
	BuildVersion   Fact[string] `json:"buildVersion,omitzero" privacy:"public"`   // lockdown / BuildVersion: 22H124
	ModelName      Fact[string] `json:"modelName,omitzero" privacy:"public"`      // table of models: iPhone 13 mini
}

// Labels say where a device is on the bench and what the inventory of its owners tells of
// it. No check reads them: they are for the person who has forty devices to tell apart.
type Labels struct {
	Location uint64  `json:"locationID,omitempty"`            // usbmux / LocationID; 0 if usbmuxd does not tell
	Port     string  `json:"port,omitempty" privacy:"public"` // the USB port that this stands for; "" if that is not known
	Slot     string  `json:"slot,omitempty" privacy:"public"` // the name that somebody gave to that port; "" if nobody has
	Asset    []Field `json:"asset,omitempty"`                 // its row of the inventory, column by column; nil without one
}

// A Field is one column of an inventory for one device.
type Field struct {
	Name  string `json:"name" privacy:"public"`   // the head of the column
	Value string `json:"value" privacy:"private"` // what stands there for the device
}

// Release is what the table of releases says of one model.
type Release struct {
	Newest      string    `json:"newest" privacy:"public"`                // highest version this model can run, e.g. 26.6.1
	SameMajor   string    `json:"sameMajor,omitempty" privacy:"public"`   // highest version of the installed major, "" if none is offered
	Builds      []string  `json:"builds,omitempty" privacy:"public"`      // builds of Newest
	Posted      time.Time `json:"posted,omitzero"`                        // when Apple posted Newest
	TableDate   time.Time `json:"tableDate"`                              // the day the table describes
	TableSource string    `json:"tableSource" privacy:"public"`           // "embedded" or "updated"
	TableNewest string    `json:"tableNewest,omitempty" privacy:"public"` // highest version that the table has for any model
}
