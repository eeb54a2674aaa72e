package checks

import "slices"

// The remedies, by tier. Ids are stored in reports: they are never renamed or reused.
const (
	readExactMessage    RemedyID = "read-exact-message"
	checkLastBackupDate RemedyID = "check-last-backup-date"
	checkICloudStorage  RemedyID = "check-icloud-storage"
	checkSystemStatus   RemedyID = "check-system-status"
	findUnreadableItem  RemedyID = "find-unreadable-item"

	backUpOvernight    RemedyID = "back-up-overnight"
	backUpNow          RemedyID = "back-up-now"
	letRestoreFinish   RemedyID = "let-restore-finish"
	letDownloadsFinish RemedyID = "let-downloads-finish"
	unlockWithPasscode RemedyID = "unlock-with-passcode"
	waitForOtherBackup RemedyID = "wait-for-other-backup"
	waitForService     RemedyID = "wait-for-service"

	trustThisComputer    RemedyID = "trust-this-computer"
	unlockDevice         RemedyID = "unlock-device"
	turnBackupOn         RemedyID = "turn-backup-on"
	joinWiFi             RemedyID = "join-wifi"
	rejoinWiFi           RemedyID = "rejoin-wifi"
	restartRouter        RemedyID = "restart-router"
	useCellularBackup    RemedyID = "use-cellular-backup"
	tryAnotherNetwork    RemedyID = "try-another-network"
	signInCaptivePortal  RemedyID = "sign-in-captive-portal"
	turnOffAirplaneMode  RemedyID = "turn-off-airplane-mode"
	turnOffLowDataMode   RemedyID = "turn-off-low-data-mode"
	turnOffLowPowerMode  RemedyID = "turn-off-low-power-mode"
	turnOffVPN           RemedyID = "turn-off-vpn"
	allowAppleHosts      RemedyID = "allow-apple-hosts"
	setDateAutomatically RemedyID = "set-date-automatically"
	acceptTerms          RemedyID = "accept-terms"
	fixAccountPrompt     RemedyID = "fix-account-prompt"
	fixPayment           RemedyID = "fix-payment"
	allowAccountChanges  RemedyID = "allow-account-changes"
	signIn               RemedyID = "sign-in"
	shortenAutoLock      RemedyID = "shorten-auto-lock"
	checkCharger         RemedyID = "check-charger"
	setBackupPassword    RemedyID = "set-backup-password"
	setAsideLocalBackup  RemedyID = "set-aside-local-backup"

	restart      RemedyID = "restart"
	forceRestart RemedyID = "force-restart"

	computerBackup RemedyID = "computer-backup"

	chooseAppsToBackUp        RemedyID = "choose-apps-to-back-up"
	emptyRecentlyDeleted      RemedyID = "empty-recently-deleted"
	buyStorage                RemedyID = "buy-storage"
	deleteOtherDevicesBackups RemedyID = "delete-other-devices-backups"
	freeDeviceStorage         RemedyID = "free-device-storage"
	temporaryICloudStorage    RemedyID = "temporary-icloud-storage"

	updateSoftware     RemedyID = "update-software"
	updateWithComputer RemedyID = "update-with-computer"
	leaveBeta          RemedyID = "leave-beta"
	updateApp          RemedyID = "update-app"
	updateOtherDevices RemedyID = "update-other-devices"

	resetNetworkSettings RemedyID = "reset-network-settings"
	signOutAndIn         RemedyID = "sign-out-and-in"
	removeOwnProfile     RemedyID = "remove-own-profile"

	reinstallApp          RemedyID = "reinstall-app"
	deleteOldBackup       RemedyID = "delete-old-backup"
	freeICloudPhotosDrive RemedyID = "free-icloud-photos-drive"

	askAdministrator    RemedyID = "ask-administrator"
	contactAppleSupport RemedyID = "contact-apple-support"

	replaceDemoSoftware RemedyID = "replace-demo-software"
	eraseAndRestore     RemedyID = "erase-and-restore"
)

// remedies is every remedy, cheapest and safest tier first.
var remedies = slices.Concat(
	lookRemedies,
	waitRemedies,
	settingsRemedies,
	restartRemedies,
	safetyCopyRemedies,
	roomRemedies,
	softwareRemedies,
	disruptiveRemedies,
	deletingRemedies,
	escalateRemedies,
	eraseRemedies,
)

// Remedies lists every remedy, cheapest and safest tier first.
func Remedies() []*Remedy { return slices.Clone(remedies) }

// FindRemedy looks a remedy up. ok is false for an id that nobody knows.
func FindRemedy(id RemedyID) (remedy *Remedy, ok bool) {
	i := slices.IndexFunc(remedies, func(r *Remedy) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return remedies[i], true
}
