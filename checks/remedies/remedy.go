package remedies

// ID names a remedy: kebab-case, never reused, never renamed.
type ID string

// A Remedy is one documented action.
type Remedy struct {
	ID      ID
	Title   string   // imperative: "Switch iCloud Backup on"
	Tier    Tier     // when it is tried
	Actor   Actor    // who does it
	Risk    string   // what it may cost; "" if nothing
	Loses   Loss     // what it permanently loses
	Guard   Guard    // what Stolen Device Protection requires first
	Needs   []ID     // prerequisites: a verified computer backup before anything that deletes
	After   []ID     // what comes first if it is also in the plan
	Steps   []string // one action each; templates, see Expand. A step whose path does not exist in this version is left out
	Sources []Source
}

// Changes reports whether the remedy changes something that a backup may depend on. Reading a
// message, making a copy and asking Apple do not.
func (r *Remedy) Changes() bool {
	return r.Tier != TierLook && r.Tier != TierSafetyCopy && r.Tier != TierEscalate
}

// Tier orders remedies: cheapest and safest first, and nothing that deletes before a verified
// computer backup.
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

// Actor is who carries out a remedy.
type Actor string

const (
	User          Actor = "user"
	Technician    Actor = "technician"
	Administrator Actor = "administrator"
	Apple         Actor = "Apple"
)
