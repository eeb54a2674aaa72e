package checks

// All returns every check, in the order in which findings are reported. A check that no
// computer can judge is included as a question.
func All() []*Check {
	return []*Check{
		// Access to the device, and whether there is anything to look for.
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

		// iCloud storage.
		icloudStorageFull,
		backupTooLarge,
		icloudSpaceUsedByPhotosDrive,
		storagePlanLapsed,
		newDeviceTemporaryStorage,

		// The account, and who manages it.
		signedOut,
		accountNeedsAttention,
		termsNotAccepted,
		mdmDisallowsBackup,
		managedAccountServiceOff,
		screenTimeAccountChanges,
		advancedDataProtection,
		chinaRegion,
		storeDemoMode,

		// Conditions for the nightly backup.
		wifiMissing,
		autoNotCharging,
		autoNotLocked,
		lowDataMode,
		lowPowerMode,
		airplaneMode,
		cellularBackupOff,
		downloadsInProgress,

		// The network and Apple's services.
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

		// The last resorts, and the safety copy they require.
		localBackupBroken,
		noGoodCopy,
		localBackupEncryptionForced,
		escalateAppleSupport,
		persistentSoftwareFault,
	}
}

// Find returns the check with this ID.
func Find(id string) (check *Check, ok bool) {
	for _, c := range All() {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}
