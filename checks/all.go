package checks

// All is every check, in the order in which their findings are told. None is left out for
// want of a way to judge it: what no computer can tell is there as a question.
func All() []*Check {
	return []*Check{
		// Can the device be examined, and is there anything to look for?
		notTrusted,
		usbmuxdTrouble,
		falseAlarm,

		// The backup itself.
		backupTurnedOff,
		neverBackedUp,
		backupStale,
		backupExpired180Days,
		restoreInProgress,
		enableBackupFails,
		backupNowGreyed,

		// Room in iCloud.
		icloudStorageFull,
		backupTooLarge,
		icloudSpaceUsedByPhotosDrive,
		storagePlanLapsed,
		newDeviceTemporaryStorage,

		// The account, and who has a say over it.
		signedOut,
		accountNeedsAttention,
		termsNotAccepted,
		mdmDisallowsBackup,
		managedAccountServiceOff,
		screenTimeAccountChanges,
		advancedDataProtection,
		chinaRegion,
		storeDemoMode,

		// What the nightly backup waits for.
		wifiMissing,
		autoNotCharging,
		autoNotLocked,
		lowDataMode,
		lowPowerMode,
		airplaneMode,
		cellularBackupOff,
		downloadsInProgress,

		// The network, and Apple's end of it.
		wifiSlowUnstable,
		captivePortal,
		vpnProxyFirewall,
		icloudOutage,

		// The device: its software, clock and storage.
		unsupportedIOS,
		gpsRollover,
		softwareOutOfDate,
		betaSoftware,
		iosRegression,
		dateTimeWrong,
		deviceStorageLow,

		// Faults.
		transientGlitch,
		systemHung,
		needsUnlockForKeys,
		backupLockedElsewhere,
		filesUnavailable,
		appCannotBeBackedUp,
		corruptPreviousBackup,

		// The last resorts, and the safety copy they ask for.
		localBackupBroken,
		noGoodCopy,
		localBackupEncryptionForced,
		escalateAppleSupport,
		persistentSoftwareFault,
	}
}

// Find is the check with this id.
func Find(id string) (check *Check, ok bool) {
	for _, c := range All() {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}
