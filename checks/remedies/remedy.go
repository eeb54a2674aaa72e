package remedies

// ID names a remedy: kebab-case, never reused, never renamed.
type ID string

// A Remedy is one documented thing to do.
type Remedy struct {
	ID      ID
	Title   string   // imperative: "Switch iCloud Backup on"
	Tier    Tier     // when its turn comes
	Actor   Actor    // who does it
	Risk    string   // what it may cost; "" if nothing
	Loses   Loss     // what it takes away for good
	Guard   Guard    // what Stolen Device Protection asks for before it
	Needs   []ID     // what must come first: a checked computer backup before anything that deletes
	After   []ID     // what comes first where the plan has it too
	Steps   []string // one action each; templates, see Expand. A step whose path this version does not have is left out
	Sources []Source
}

// Tier orders remedies: cheapest and safest first, and nothing that deletes before a
// checked computer backup.
type Tier int

const (
	TierLook       Tier = iota // read a message or a date
	TierWait                   // power, lock, Wi-Fi, time
	TierSettings               // reversible settings
	TierRestart                // restart, force restart, update one app: loses nothing
	TierSafetyCopy             // a computer backup; comes before every tier below
	TierRoom                   // buy storage, leave data out
	TierSoftware               // update
	TierDisruptive             // loses saved passwords or local copies
	TierEscalate               // Apple Support: offered before deleting and erasing
	TierDeleting               // cannot be undone
	TierErase                  // destroys what is on the device
)

// Actor is who carries a remedy out.
type Actor string

const (
	User          Actor = "user"
	Technician    Actor = "technician"
	Administrator Actor = "administrator"
	Apple         Actor = "Apple"
)
