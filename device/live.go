package device

import "time"

// Live is what an attached device said.
type Live struct {
	Connection Connection `json:"connection,omitempty" privacy:"public"` // usbmux / ConnectionType; "" in recordings of old versions, which read over USB only

	Trusted Fact[bool] `json:"trusted,omitzero"` // true once a session has started; otherwise the gap names the trust state
	Ended   Gap        `json:"ended,omitzero"`   // why the examination stopped before its end; zero if it did not

	Recognized Fact[bool] `json:"recognized,omitzero"` // lockdown / UniqueDeviceID is the UDID that the device was listed under; why they could not be compared
	PairTry    Gap        `json:"pairTry,omitzero"`    // why a try to pair, which a person asked for, failed; zero without one

	Retried Gap `json:"retried,omitzero"` // why an earlier try to examine it broke off; zero if this was the only one

	LockedNow        Fact[bool]    `json:"lockedNow,omitzero"`                        // lockdown / PasswordProtected: locked with a passcode at this moment
	ActivationState  Fact[string]  `json:"activationState,omitzero" privacy:"public"` // lockdown / ActivationState
	ReleaseType      Fact[string]  `json:"releaseType,omitzero" privacy:"public"`     // lockdown / ReleaseType: "Beta" on a beta
	ClockSkewSeconds Fact[float64] `json:"clockSkewSeconds,omitzero"`                 // lockdown / TimeIntervalSince1970 minus this computer's clock, half a round trip subtracted
	TimeZone         Fact[string]  `json:"timeZone,omitzero" privacy:"private"`       // lockdown / TimeZone: Europe/Paris
	UTCOffsetSeconds Fact[float64] `json:"utcOffsetSeconds,omitzero"`                 // lockdown / TimeZoneOffsetFromUTC
	SharedIPad       Fact[bool]    `json:"sharedIPad,omitzero"`                       // lockdown / IsMultiUser
	HasTelephony     Fact[bool]    `json:"hasTelephony,omitzero"`                     // lockdown / TelephonyCapability
	Locale           Fact[string]  `json:"locale,omitzero" privacy:"private"`         // lockdown com.apple.international / Locale: fr_FR

	CloudBackup    CloudBackup    `json:"cloudBackup,omitzero"`
	ComputerBackup ComputerBackup `json:"computerBackup,omitzero"`
	Disk           Disk           `json:"disk,omitzero"`
	Power          Power          `json:"power,omitzero"`
	WiFi           WiFi           `json:"wifi,omitzero"`
	Account        Account        `json:"account,omitzero"`
	Setup          Setup          `json:"setup,omitzero"`
	Management     Management     `json:"management,omitzero"`

	Crashes       Fact[[]Crash] `json:"crashes,omitzero"`       // crash report file names, of the listed processes only
	HasBackupLogs Fact[bool]    `json:"hasBackupLogs,omitzero"` // crash reports / DiagnosticLogs/MobileBackup exists
	Apps          Fact[[]App]   `json:"apps,omitzero"`          // installation_proxy Browse, largest data first; asked for on demand
}

// A Connection is how usbmuxd reaches a device.
type Connection string

// Connection types, as usbmuxd names them.
const (
	USB     Connection = "USB"
	Network Connection = "Network" // Wi-Fi, or Ethernet through an adapter
)

// CloudBackup is lockdown's domain com.apple.mobile.backup as far as iCloud goes.
type CloudBackup struct {
	Enabled Fact[bool]      `json:"enabled,omitzero"` // CloudBackupEnabled; false is weaker than true
	Last    Fact[time.Time] `json:"last,omitzero"`    // LastCloudBackupDate, seconds since 2001: end of the last good backup; absent if none is recorded
}

// ComputerBackup is what the same domain says of backups to a computer.
type ComputerBackup struct {
	Last               Fact[time.Time] `json:"last,omitzero"`               // LastiTunesBackupDate, seconds since 2001
	WillEncrypt        Fact[bool]      `json:"willEncrypt,omitzero"`        // WillEncrypt: a backup password is set
	RequiresEncryption Fact[bool]      `json:"requiresEncryption,omitzero"` // RequiresEncryption, integer 0 or 1: management insists on one
}

// Disk is the device's own storage, in bytes. // lockdown com.apple.disk_usage
type Disk struct {
	TotalBytes       Fact[uint64] `json:"totalBytes,omitzero"`       // TotalDiskCapacity
	FreeBytes        Fact[uint64] `json:"freeBytes,omitzero"`        // AmountDataAvailable: free, as apps see it
	ReclaimableBytes Fact[uint64] `json:"reclaimableBytes,omitzero"` // AmountRestoreAvailable: free plus purgeable
}

// Power is how the device is fed at this moment; while it is scanned, by this computer.
type Power struct {
	BatteryPercent  Fact[uint64] `json:"batteryPercent,omitzero"`  // lockdown com.apple.mobile.battery / BatteryCurrentCapacity
	Charging        Fact[bool]   `json:"charging,omitzero"`        // lockdown com.apple.mobile.battery / BatteryIsCharging
	External        Fact[bool]   `json:"external,omitzero"`        // lockdown com.apple.mobile.battery / ExternalConnected
	AdapterWatts    Fact[uint64] `json:"adapterWatts,omitzero"`    // diagnostics IORegistry IOPMPowerSource / AdapterDetails.Watts
	NotChargingCode Fact[uint64] `json:"notChargingCode,omitzero"` // diagnostics IORegistry IOPMPowerSource / ChargerData.NotChargingReason, 0 if nothing holds it
}

// WiFi is the Wi-Fi interface at this moment.
type WiFi struct {
	Associated Fact[bool]   `json:"associated,omitzero"`                 // diagnostics IORegistry: a BSSID or a channel with security done
	Interface  Fact[string] `json:"interface,omitzero" privacy:"public"` // the IORegistry name or class that answered
	SyncOn     Fact[bool]   `json:"syncOn,omitzero"`                     // lockdown com.apple.mobile.wireless_lockdown / EnableWifiConnections
}

// Account is what hints at a signed-in Apple Account. No address is kept.
type Account struct {
	FindMy         Fact[bool] `json:"findMy,omitzero"`         // lockdown com.apple.fmip / IsAssociated
	FindMyAccount  Fact[bool] `json:"findMyAccount,omitzero"`  // lockdown NonVolatileRAM / fm-account-masked is there
	ActivationLock Fact[bool] `json:"activationLock,omitzero"` // lockdown NonVolatileRAM / fm-activation-locked is YES
	SyncsICloud    Fact[bool] `json:"syncsICloud,omitzero"`    // lockdown com.apple.mobile.data_sync: a class with the source iCloud
}

// Setup is how far Setup Assistant or a restore has come. // lockdown com.apple.purplebuddy
type Setup struct {
	Done         Fact[bool]   `json:"done,omitzero"`                          // SetupDone
	SetupState   Fact[string] `json:"setupState,omitzero" privacy:"public"`   // SetupState
	RestoreState Fact[string] `json:"restoreState,omitzero" privacy:"public"` // RestoreState
}

// Management is who else has a say over the device. // MCInstall
type Management struct {
	Profiles     Fact[[]Profile] `json:"profiles,omitzero"`                       // GetProfileList
	Supervised   Fact[bool]      `json:"supervised,omitzero"`                     // GetCloudConfiguration / IsSupervised; false where the device has no cloud configuration
	Organization Fact[string]    `json:"organization,omitzero" privacy:"private"` // GetCloudConfiguration / OrganizationName
	MDMLocked    Fact[bool]      `json:"mdmLocked,omitzero"`                      // GetCloudConfiguration / IsMDMUnremovable
}

// Profile is one configuration profile. The device tells its name, not what it restricts.
type Profile struct {
	Identifier   string       `json:"identifier" privacy:"private"`            // OrderedIdentifiers
	Name         Fact[string] `json:"name,omitzero" privacy:"private"`         // PayloadDisplayName
	Organization Fact[string] `json:"organization,omitzero" privacy:"private"` // PayloadOrganization
	Description  Fact[string] `json:"description,omitzero" privacy:"private"`  // ProfileManifest / Description
	Locked       Fact[bool]   `json:"locked,omitzero"`                         // PayloadRemovalDisallowed
}

// Crash is one crash report that lies on the device; only its name was read.
type Crash struct {
	Process string    `json:"process" privacy:"public"` // backupd, cloudd, bird, accountsd, akd, JetsamEvent, panic-full
	At      time.Time `json:"at"`                       // from the file name, taken in the device's own time zone
}

// App is one installed app and the room it takes on the device, in bytes.
type App struct {
	BundleID  string `json:"bundleID" privacy:"private"` // CFBundleIdentifier
	AppBytes  uint64 `json:"appBytes"`                   // StaticDiskUsage
	DataBytes uint64 `json:"dataBytes"`                  // DynamicDiskUsage
}
