package device

import "time"

// Live holds the facts read from an attached device.
type Live struct {
	Connection Connection `json:"connection,omitempty" privacy:"public"` // usbmux / ConnectionType; "" in recordings made by old versions, which only used USB

	Trusted Fact[bool] `json:"trusted,omitzero"` // true once a session has started; otherwise the gap has the trust state
	Ended   Gap        `json:"ended,omitzero"`   // why the examination ended early; zero if it did not

	Recognized Fact[bool] `json:"recognized,omitzero"` // lockdown / UniqueDeviceID equals the UDID in usbmuxd's list; the gap says why they could not be compared
	PairTry    Gap        `json:"pairTry,omitzero"`    // why pairing, at the user's request, failed; zero if it did not fail or was not tried

	Retried Gap `json:"earlierTry,omitzero"` // why a previous attempt to examine the device failed; zero if there was none

	LockedNow        Fact[bool]    `json:"lockedNow,omitzero"`                        // lockdown / PasswordProtected: currently locked with a passcode
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

	Crashes       Fact[[]Crash] `json:"crashes,omitzero"`       // from the file names of the relevant crash reports
	HasBackupLogs Fact[bool]    `json:"hasBackupLogs,omitzero"` // crash reports / DiagnosticLogs/MobileBackup exists
	Apps          Fact[[]App]   `json:"apps,omitzero"`          // installation_proxy Browse, largest data first; read only on request
}

// A Connection is how usbmuxd reaches a device.
type Connection string

// Connection types, as usbmuxd names them.
const (
	USB     Connection = "USB"
	Network Connection = "Network" // Wi-Fi, or Ethernet through an adapter
)

// CloudBackup is the part about iCloud of lockdown's domain com.apple.mobile.backup.
type CloudBackup struct {
	Enabled Fact[bool]      `json:"enabled,omitzero"` // CloudBackupEnabled; false is less reliable than true
	Last    Fact[time.Time] `json:"last,omitzero"`    // LastCloudBackupDate, seconds since 2001: end of the last good backup; absent if none is recorded
}

// ComputerBackup is the part about computer backups of the same domain.
type ComputerBackup struct {
	Last               Fact[time.Time] `json:"last,omitzero"`               // LastiTunesBackupDate, seconds since 2001
	WillEncrypt        Fact[bool]      `json:"willEncrypt,omitzero"`        // WillEncrypt: a backup password is set
	RequiresEncryption Fact[bool]      `json:"requiresEncryption,omitzero"` // RequiresEncryption, integer 0 or 1: a managed policy requires encryption
	FullBytes          Fact[uint64]    `json:"fullBytes,omitzero"`          // mobilebackup2: room that a full backup needs, as the device counts; only backup --plan asks
}

// Disk is the device's storage, in bytes. // lockdown com.apple.disk_usage
type Disk struct {
	TotalBytes       Fact[uint64] `json:"totalBytes,omitzero"`       // TotalDiskCapacity
	FreeBytes        Fact[uint64] `json:"freeBytes,omitzero"`        // AmountDataAvailable: free space available to apps
	ReclaimableBytes Fact[uint64] `json:"reclaimableBytes,omitzero"` // AmountRestoreAvailable: free plus purgeable
}

// Power is the current state of the device's power supply, which during a scan is this
// computer.
type Power struct {
	BatteryPercent  Fact[uint64] `json:"batteryPercent,omitzero"`  // lockdown com.apple.mobile.battery / BatteryCurrentCapacity
	Charging        Fact[bool]   `json:"charging,omitzero"`        // lockdown com.apple.mobile.battery / BatteryIsCharging
	External        Fact[bool]   `json:"external,omitzero"`        // lockdown com.apple.mobile.battery / ExternalConnected
	AdapterWatts    Fact[uint64] `json:"adapterWatts,omitzero"`    // diagnostics IORegistry IOPMPowerSource / AdapterDetails.Watts
	NotChargingCode Fact[uint64] `json:"notChargingCode,omitzero"` // diagnostics IORegistry IOPMPowerSource / ChargerData.NotChargingReason, 0 if nothing prevents charging
}

// WiFi is the current state of the Wi-Fi interface.
type WiFi struct {
	Associated Fact[bool]   `json:"associated,omitzero"`                 // diagnostics IORegistry: it has a BSSID, or a channel with completed security
	Interface  Fact[string] `json:"interface,omitzero" privacy:"public"` // the IORegistry name or class that answered
	SyncOn     Fact[bool]   `json:"syncOn,omitzero"`                     // lockdown com.apple.mobile.wireless_lockdown / EnableWifiConnections
}

// Account is evidence of a signed-in Apple Account. No address is kept.
type Account struct {
	FindMy         Fact[bool] `json:"findMy,omitzero"`         // lockdown com.apple.fmip / IsAssociated
	FindMyAccount  Fact[bool] `json:"findMyAccount,omitzero"`  // lockdown NonVolatileRAM / fm-account-masked exists
	ActivationLock Fact[bool] `json:"activationLock,omitzero"` // lockdown NonVolatileRAM / fm-activation-locked is YES
	SyncsICloud    Fact[bool] `json:"syncsICloud,omitzero"`    // lockdown com.apple.mobile.data_sync: a data class syncs with iCloud
}

// Setup is the progress of Setup Assistant or a restore. // lockdown com.apple.purplebuddy
type Setup struct {
	Done         Fact[bool]   `json:"done,omitzero"`                          // SetupDone
	SetupState   Fact[string] `json:"setupState,omitzero" privacy:"public"`   // SetupState
	RestoreState Fact[string] `json:"restoreState,omitzero" privacy:"public"` // RestoreState
}

// Management is how the device is managed. // MCInstall
type Management struct {
	Profiles     Fact[[]Profile] `json:"profiles,omitzero"`                       // GetProfileList
	Supervised   Fact[bool]      `json:"supervised,omitzero"`                     // GetCloudConfiguration / IsSupervised; false if the device has no cloud configuration
	Organization Fact[string]    `json:"organization,omitzero" privacy:"private"` // GetCloudConfiguration / OrganizationName
	MDMLocked    Fact[bool]      `json:"mdmLocked,omitzero"`                      // GetCloudConfiguration / IsMDMUnremovable
}

// Profile is one configuration profile. The device reports its name, not its restrictions.
type Profile struct {
	Identifier   string       `json:"identifier" privacy:"private"`            // OrderedIdentifiers
	Name         Fact[string] `json:"name,omitzero" privacy:"private"`         // PayloadDisplayName
	Organization Fact[string] `json:"organization,omitzero" privacy:"private"` // PayloadOrganization
	Description  Fact[string] `json:"description,omitzero" privacy:"private"`  // ProfileManifest / Description
	Locked       Fact[bool]   `json:"locked,omitzero"`                         // PayloadRemovalDisallowed
}

// Crash is one crash report on the device. Only its file name was read.
type Crash struct {
	Process string    `json:"process" privacy:"public"` // backupd, cloudd, bird, accountsd, akd, JetsamEvent, panic-full
	At      time.Time `json:"at"`                       // from the file name, which is in the device's time zone
}

// App is an installed app and the space it uses on the device, in bytes.
type App struct {
	BundleID  string `json:"bundleID" privacy:"private"` // CFBundleIdentifier
	AppBytes  uint64 `json:"appBytes"`                   // StaticDiskUsage
	DataBytes uint64 `json:"dataBytes"`                  // DynamicDiskUsage
}
