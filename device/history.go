package device

import "time"

// History is a device's own past records of its iCloud backups and what they depend on. It
// is read from files in a local backup or a sysdiagnose archive, and is as old as they are,
// so any conclusion from it states AsOf.
//
// Paths in the comments below are those in a local backup: domain, then file / key.
type History struct {
	Source string          `json:"source" privacy:"public"`            // "backup" or "sysdiagnose"
	Origin string          `json:"origin,omitempty" privacy:"private"` // the folder or archive
	AsOf   Fact[time.Time] `json:"asOf,omitzero"`                      // the time that the files reflect
	Ended  Gap             `json:"ended,omitzero"`                     // why an archive was not read to its end; zero if it was

	CloudBackup  PastCloudBackup  `json:"cloudBackup,omitzero"`
	Schedule     PastSchedule     `json:"schedule,omitzero"`
	Next         PastPreflight    `json:"preflight,omitzero"`
	Restore      PastRestore      `json:"restore,omitzero"`
	Account      PastAccount      `json:"account,omitzero"`
	Restrictions PastRestrictions `json:"restrictions,omitzero"`
	Network      PastNetwork      `json:"network,omitzero"`
	Power        PastPower        `json:"power,omitzero"`
	Disk         PastDisk         `json:"disk,omitzero"`

	Crashes     Fact[[]Crash]     `json:"crashes,omitzero"`     // sysdiagnose crashes_and_spins: names of the relevant crash reports
	Shutdowns   Fact[[]time.Time] `json:"shutdowns,omitzero"`   // sysdiagnose system_logs.logarchive/Extra/shutdown*.log: orderly shutdowns, newest first; a forced restart leaves none
	CloudPhotos Fact[bool]        `json:"cloudPhotos,omitzero"` // HomeDomain com.apple.mobileslideshow.plist / cloudPhotosEnable; photos in iCloud are not in its backups
	SetupDone   Fact[bool]        `json:"setupDone,omitzero"`   // HomeDomain com.apple.purplebuddy.plist / SetupDone or SetupFinishedAllSteps
}

// PastCloudBackup is the state of iCloud Backup and the results of its attempts. HomeDomain
// com.apple.mobile.ldbackup.plist, and com.apple.MobileBackup.plist of HomeDomain or
// RootDomain.
type PastCloudBackup struct {
	Enabled      Fact[bool]          `json:"enabled,omitzero"`      // ldbackup / CloudBackupEnabled
	EnabledSince Fact[time.Time]     `json:"enabledSince,omitzero"` // MobileBackup / AccountEnabledDate
	Last         Fact[time.Time]     `json:"last,omitzero"`         // ldbackup / LastCloudBackupDate: end of the last good backup
	State        Fact[uint64]        `json:"stateNumber,omitzero"`  // MobileBackup / BackupStateInfo.state; its numbers are not documented
	Progress     Fact[float64]       `json:"progress,omitzero"`     // MobileBackup / BackupStateInfo.progress: 0 to 1
	AttemptCount Fact[uint64]        `json:"attemptCount,omitzero"` // MobileBackup / BackupStateInfo.backupAttemptCount
	Results      Fact[[]PastAttempt] `json:"results,omitzero"`      // MobileBackup / BackupStateInfo.errors: at most ten including successes, newest first

	UnreadResults uint64 `json:"unreadResults,omitempty"` // entries of errors that cannot be read; Results lacks them

	LastComputerBackup Fact[time.Time] `json:"lastComputerBackup,omitzero"` // ldbackup / LastiTunesBackupDate: the backup before the one that contains it, or the start of that one
	RequiresEncryption Fact[bool]      `json:"requiresEncryption,omitzero"` // ldbackup / RequiresEncryption: a managed policy requires encrypted computer backups
}

// PastAttempt is the result of one iCloud backup.
type PastAttempt struct {
	At          Fact[time.Time] `json:"at,omitzero"`                            // date
	Domain      string          `json:"domain" privacy:"public"`                // MBErrorDomain
	Code        int             `json:"code"`                                   // 0 for a successful backup
	Description Fact[string]    `json:"description,omitzero" privacy:"private"` // localizedDescription; may name a file
	Build       Fact[string]    `json:"build,omitzero" privacy:"public"`        // BuildVersion
	Underlying  []PastCause     `json:"underlying,omitempty"`                   // underlying errors, outermost first
}

// PastCause is the code of an error or of one of its underlying errors.
type PastCause struct {
	Domain string `json:"domain" privacy:"public"` // CKErrorDomain
	Code   int    `json:"code"`                    // number in that domain
}

// PastSchedule is the recorded state of the device's backup scheduler. HomeDomain or
// RootDomain com.apple.MobileBackup.plist.
type PastSchedule struct {
	Windows            Fact[[]BackupWindow] `json:"windows,omitzero"`            // LastOnConditionEvents: at most ten, newest first
	UnreadWindows      uint64               `json:"unreadWindows,omitempty"`     // entries of LastOnConditionEvents that cannot be read; Windows lacks them
	FailureCount       Fact[uint64]         `json:"failureCount,omitzero"`       // FailureCount: consecutive failures
	MissingKeyFailures Fact[uint64]         `json:"missingKeyFailures,omitzero"` // MissingEncryptionKeyFailureCount
	RetryAfter         Fact[time.Time]      `json:"retryAfter,omitzero"`         // RetryAfter: no attempt before then
	BatteryRetryAfter  Fact[time.Time]      `json:"batteryRetryAfter,omitzero"`  // OnBatteryRetryAfter
	MissingKeyRetry    Fact[time.Time]      `json:"missingKeyRetry,omitzero"`    // MissingEncryptionKeyRetryAfter
	KeysMissing        Fact[bool]           `json:"keysMissing,omitzero"`        // FetchMissingKeysAtNextUnlock or NotifyDaemonNextTimeKeyBagIsUnlocked: the device must be unlocked first
}

// BackupWindow is a period in which the device was on power, locked and on Wi-Fi, so that a
// backup could run. Its conditions are those at its end: a false one ended it.
type BackupWindow struct {
	Start           time.Time       `json:"start"`                    // when it began; UTC
	Seconds         float64         `json:"seconds"`                  // how long it lasted
	Enabled         Fact[bool]      `json:"enabled,omitzero"`         // iCloud Backup was on
	OnPower         Fact[bool]      `json:"onPower,omitzero"`         // the device had power
	Locked          Fact[bool]      `json:"locked,omitzero"`          // the device was locked
	OnWiFi          Fact[bool]      `json:"onWiFi,omitzero"`          // the device was on Wi-Fi
	Scheduled       Fact[bool]      `json:"scheduled,omitzero"`       // a backup over Wi-Fi was scheduled
	Running         Fact[bool]      `json:"running,omitzero"`         // a backup was running
	NextInSeconds   Fact[float64]   `json:"nextInSeconds,omitzero"`   // time until the next backup
	RetrySeconds    Fact[float64]   `json:"retrySeconds,omitzero"`    // time until the next retry
	SinceSeconds    Fact[float64]   `json:"sinceSeconds,omitzero"`    // time since the last backup
	FailureCount    Fact[uint64]    `json:"failureCount,omitzero"`    // consecutive failures at that time
	Error           Fact[PastCause] `json:"error,omitzero"`           // Absent if there was none
	OnCellular      Fact[bool]      `json:"onCellular,omitzero"`      // the device was on cellular
	Expensive       Fact[bool]      `json:"expensive,omitzero"`       // the network is metered
	CellularAllowed Fact[bool]      `json:"cellularAllowed,omitzero"` // only in the format with 18 fields or more
}

// PastPreflight is the device's estimate of the size of its next iCloud backup, in bytes.
// com.apple.MobileBackup.plist / PreflightSizing.
type PastPreflight struct {
	TotalBytes Fact[uint64]       `json:"totalBytes,omitzero"` // _TotalSize
	Domains    Fact[[]DomainSize] `json:"domains,omitzero"`    // largest first
}

// DomainSize is the size of one domain. An app's domain is named after its bundle ID.
type DomainSize struct {
	Domain string `json:"domain" privacy:"private"` // AppDomain-net.example.chat
	Bytes  uint64 `json:"bytes"`                    // total size of its files
}

// PastRestore is whether the device was recently restored from a backup, or is still being
// restored. com.apple.MobileBackup.plist.
type PastRestore struct {
	At        Fact[time.Time] `json:"at,omitzero"`        // RestoreInfo.RestoreDate
	FromCloud Fact[bool]      `json:"fromCloud,omitzero"` // RestoreInfo.WasCloudRestore
	Pending   Fact[bool]      `json:"pending,omitzero"`   // RestoreStateInfo exists
}

// PastAccount is the Apple Account used for iCloud. No name or address is kept. HomeDomain
// Library/Accounts/Accounts3.sqlite.
type PastAccount struct {
	SignedIn        Fact[bool]      `json:"signedIn,omitzero"`        // an account of the type com.apple.account.AppleAccount
	Authenticated   Fact[bool]      `json:"authenticated,omitzero"`   // ZACCOUNT / ZAUTHENTICATED
	RenewalRejected Fact[time.Time] `json:"renewalRejected,omitzero"` // ZACCOUNT / ZLASTCREDENTIALRENEWALREJECTIONDATE: the password was requested but not entered
	BackupEnabled   Fact[bool]      `json:"backupEnabled,omitzero"`   // com.apple.Dataclass.Backup is enabled
	BackupOffered   Fact[bool]      `json:"backupOffered,omitzero"`   // com.apple.Dataclass.Backup is provisioned
	QuotaBytes      Fact[uint64]    `json:"quotaBytes,omitzero"`      // lastKnownQuota: total storage, not free storage
	Subscriber      Fact[bool]      `json:"subscriber,omitzero"`      // isCloudSubscriber
	Managed         Fact[bool]      `json:"managed,omitzero"`         // isManagedAppleID
	TermsPending    Fact[bool]      `json:"termsPending,omitzero"`    // needsToVerifyTerms
	RepairState     Fact[uint64]    `json:"repairState,omitzero"`     // repairState; its numbers are not documented
	FreeBytes       Fact[uint64]    `json:"freeBytes,omitzero"`       // sysdiagnose brctl: bytes of quota remaining, if its output has that line
}

// PastRestrictions are settings enforced by profiles or Screen Time.
// EffectiveUserSettings.plist and PublicEffectiveUserSettings.plist.
type PastRestrictions struct {
	CloudBackupAllowed    Fact[bool] `json:"cloudBackupAllowed,omitzero"`    // restrictedBool.allowCloudBackup.value
	AccountChangesAllowed Fact[bool] `json:"accountChangesAllowed,omitzero"` // restrictedBool.allowAccountModification.value
	EncryptionForced      Fact[bool] `json:"encryptionForced,omitzero"`      // restrictedBool.forceEncryptedBackup.value
	Supervised            Fact[bool] `json:"supervised,omitzero"`            // CloudConfigurationDetails.plist / IsSupervised
}

// PastNetwork is the state of the network settings. Names of networks are not kept.
// SystemPreferencesDomain SystemConfiguration.
type PastNetwork struct {
	KnownNetworks Fact[uint64] `json:"knownNetworks,omitzero"`   // com.apple.wifi.known-networks.plist: number of networks
	LowDataMode   Fact[uint64] `json:"lowDataMode,omitzero"`     // of those, with LowDataMode
	NewestLowData Fact[bool]   `json:"newestLowData,omitzero"`   // LowDataMode of the most recently joined network
	AutoJoinOff   Fact[uint64] `json:"autoJoinOff,omitzero"`     // of those, with AutoJoinDisabled
	Captive       Fact[uint64] `json:"captiveNetworks,omitzero"` // of those, with CaptiveProfile.CaptiveNetwork
	WiFiOn        Fact[bool]   `json:"wifiOn,omitzero"`          // com.apple.wifi.plist / AllowEnable is 1; its meaning is inferred
	AirplaneMode  Fact[bool]   `json:"airplaneMode,omitzero"`    // com.apple.radios.plist / AirplaneMode

	Associated Fact[bool] `json:"associated,omitzero"` // sysdiagnose WiFi/wifi_status.txt: connected to a network; its name is not kept
	SignalDBm  Fact[int]  `json:"signalDBm,omitzero"`  // sysdiagnose WiFi/wifi_status.txt / RSSI: -30 is strong, -80 weak

	Extensions Fact[[]NetworkExtension] `json:"extensions,omitzero"` // sysdiagnose logs/Networking/com.apple.networkextension.plist: anything that can change the route to Apple
}

// NetworkExtension is a VPN, proxy, filter or resolver configured on the device. Its name
// and its servers are not kept.
type NetworkExtension struct {
	Kind        ExtensionKind `json:"type" privacy:"public"` // VPN, proxy, filter or DNS
	Enabled     Fact[bool]    `json:"enabled,omitzero"`      // Enabled: turned on in Settings; whether it was connected is not recorded
	FromProfile bool          `json:"fromProfile"`           // ProfileInfo exists: configured by a profile; otherwise by an app or a person
}

// ExtensionKind is the payload type of a network extension.
type ExtensionKind string

// Kinds of network extensions, with the key of each.
const (
	ExtensionVPN           ExtensionKind = "vpn"            // VPN
	ExtensionAlwaysOnVPN   ExtensionKind = "always-on-vpn"  // AlwaysOnVPN
	ExtensionAppVPN        ExtensionKind = "app-vpn"        // AppVPN: for some apps only
	ExtensionContentFilter ExtensionKind = "content-filter" // ContentFilter
	ExtensionURLFilter     ExtensionKind = "url-filter"     // URLFilter
	ExtensionDNSProxy      ExtensionKind = "dns-proxy"      // DNSProxy
	ExtensionDNSSettings   ExtensionKind = "dns-settings"   // DNSSettings: a resolver other than the network's
	ExtensionRelay         ExtensionKind = "relay"          // Relay
)

// PastPower is the state of the device's power supply when a sysdiagnose was made.
// ioreg/IOService.txt / AppleSmartBattery, or AppleARMPMUCharger on old models.
type PastPower struct {
	External       Fact[bool]   `json:"external,omitzero"`       // ExternalConnected
	Charging       Fact[bool]   `json:"charging,omitzero"`       // IsCharging
	BatteryPercent Fact[uint64] `json:"batteryPercent,omitzero"` // CurrentCapacity / MaxCapacity
}

// PastDisk is the device's own storage when a sysdiagnose was made.
// disks.txt / the line of /private/var.
type PastDisk struct {
	TotalBytes Fact[uint64] `json:"totalBytes,omitzero"` // Size
	FreeBytes  Fact[uint64] `json:"freeBytes,omitzero"`  // Avail: excludes purgeable space
}
