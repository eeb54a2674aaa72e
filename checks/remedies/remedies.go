// Package remedies holds every remedy with its steps, the paths in Settings by iOS version, the
// buttons of each model, and the documents that causes and remedies are based on. [Expand]
// fills in a template for one model and version.
package remedies

import "slices"

// The remedies, by tier. IDs are stored in reports: they are never renamed or reused.
const (
	ReadExactMessage    ID = "read-exact-message"
	CheckLastBackupDate ID = "check-last-backup-date"
	AskAdministrator    ID = "ask-administrator"
	LeaveSharedIPad     ID = "leave-shared-ipad"
	CheckStorageAccount ID = "check-storage-account"
	CheckICloudStorage  ID = "check-icloud-storage"
	CheckSystemStatus   ID = "check-system-status"
	FindUnreadableItem  ID = "find-unreadable-item"
	VerifyLocalBackup   ID = "verify-local-backup"

	BackUpOvernight    ID = "back-up-overnight"
	BackUpNow          ID = "back-up-now"
	LetRestoreFinish   ID = "let-restore-finish"
	LetDownloadsFinish ID = "let-downloads-finish"
	UnlockWithPasscode ID = "unlock-with-passcode"
	WaitForOtherBackup ID = "wait-for-other-backup"
	WaitForService     ID = "wait-for-service"

	TrustThisComputer    ID = "trust-this-computer"
	PlugInAgain          ID = "plug-in-again"
	RepairUsbmuxd        ID = "repair-usbmuxd"
	UnlockDevice         ID = "unlock-device"
	TurnBackupOn         ID = "turn-backup-on"
	TurnBackupOffAndOn   ID = "turn-backup-off-and-on"
	LeaveHotspot         ID = "leave-hotspot"
	JoinWiFi             ID = "join-wifi"
	RejoinWiFi           ID = "rejoin-wifi"
	RestartRouter        ID = "restart-router"
	UseCellularBackup    ID = "use-cellular-backup"
	TryAnotherNetwork    ID = "try-another-network"
	SignInCaptivePortal  ID = "sign-in-captive-portal"
	TurnOffAirplaneMode  ID = "turn-off-airplane-mode"
	TurnOffLowDataMode   ID = "turn-off-low-data-mode"
	TurnOffLowPowerMode  ID = "turn-off-low-power-mode"
	TurnOffVPN           ID = "turn-off-vpn"
	AllowAppleHosts      ID = "allow-apple-hosts"
	AllowAppleNames      ID = "allow-apple-names"
	SetDateAutomatically ID = "set-date-automatically"
	AcceptTerms          ID = "accept-terms"
	FixAccountPrompt     ID = "fix-account-prompt"
	FixPayment           ID = "fix-payment"
	AllowAccountChanges  ID = "allow-account-changes"
	SignIn               ID = "sign-in"
	ShortenAutoLock      ID = "shorten-auto-lock"
	CheckCharger         ID = "check-charger"
	SetBackupPassword    ID = "set-backup-password"
	SetAsideLocalBackup  ID = "set-aside-local-backup"
	ReconnectToComputer  ID = "reconnect-to-computer"
	FreeComputerDisk     ID = "free-computer-disk"
	FreeBackupFolder     ID = "free-backup-folder"
	CheckComputerDisk    ID = "check-computer-disk"
	ResetAllSettings     ID = "reset-all-settings"

	Restart      ID = "restart"
	ForceRestart ID = "force-restart"

	ComputerBackup ID = "computer-backup"

	ChooseAppsToBackUp        ID = "choose-apps-to-back-up"
	LeaveOutNamedApp          ID = "leave-out-named-app"
	KeepPhotoOriginals        ID = "keep-photo-originals"
	EmptyRecentlyDeleted      ID = "empty-recently-deleted"
	BuyStorage                ID = "buy-storage"
	DeleteOtherDevicesBackups ID = "delete-other-devices-backups"
	FreeDeviceStorage         ID = "free-device-storage"
	TemporaryICloudStorage    ID = "temporary-icloud-storage"

	UpdateSoftware     ID = "update-software"
	UpdateWithComputer ID = "update-with-computer"
	UpdateComputer     ID = "update-computer"
	LeaveBeta          ID = "leave-beta"
	UpdateApp          ID = "update-app"
	UpdateOtherDevices ID = "update-other-devices"

	ResetNetworkSettings ID = "reset-network-settings"
	SignOutAndIn         ID = "sign-out-and-in"
	RemoveOwnProfile     ID = "remove-own-profile"

	ContactAppleSupport ID = "contact-apple-support"

	ReinstallApp          ID = "reinstall-app"
	DeleteNamedApp        ID = "delete-named-app"
	DeleteOldBackup       ID = "delete-old-backup"
	FreeICloudPhotosDrive ID = "free-icloud-photos-drive"

	ReplaceDemoSoftware ID = "replace-demo-software"
	EraseAndRestore     ID = "erase-and-restore"
)

// all is every remedy, cheapest and safest tier first.
var all = slices.Concat(
	lookRemedies,
	computerLookRemedies,
	waitRemedies,
	settingsRemedies,
	computerSettingsRemedies,
	restartRemedies,
	safetyCopyRemedies,
	roomRemedies,
	softwareRemedies,
	computerSoftwareRemedies,
	disruptiveRemedies,
	escalateRemedies,
	deletingRemedies,
	eraseRemedies,
)

// All returns every remedy, cheapest and safest tier first.
func All() []*Remedy { return slices.Clone(all) }

// Find returns the remedy with this ID. ok is false if the ID is unknown.
func Find(id ID) (remedy *Remedy, ok bool) {
	i := slices.IndexFunc(all, func(r *Remedy) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// Takes reports whether a remedy includes part: itself, or a prerequisite.
func Takes(id, part ID) bool {
	remedy, known := Find(id)
	return id == part || known && slices.ContainsFunc(remedy.Needs, func(need ID) bool { return Takes(need, part) })
}
