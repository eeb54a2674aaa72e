package codes

import r "github.com/backupdoctor/backupdoctor/checks/remedies"

// wording returns an iOS message that is identified only by its phrases; see phrases.
func wording(title, means string, vague bool, checks []string, steps ...r.ID) message {
	return message{meaning: Meaning{Message: title, InICloud: means, Vague: vague, Checks: checks, Remedies: steps}}
}

// from adds the documents that the message is based on.
func (m message) from(sources ...r.Source) message {
	m.meaning.Sources = sources
	return m
}

// moreMessages are iOS messages, and descriptions in people's own words, with only a short
// explanation. Those marked vague leave all their causes as questions.
var moreMessages = []message{
	wording("Storage was bought, and iCloud is still full", "The device does not see the storage that was bought: another account, a family plan, or a plan that is not active yet.", false, []string{"storage-plan-lapsed", "icloud-storage-full"}, r.CheckStorageAccount, r.CheckICloudStorage, r.FixPayment, r.SignOutAndIn).
		from(r.AppleManageICloudStorage, r.AppleSupportReplies),
	wording("Not enough space", "iCloud, or the device itself, has too little room. The message does not say which.", true, []string{"icloud-storage-full", "device-storage-low"}, r.ReadExactMessage, r.CheckICloudStorage, r.BuyStorage, r.FreeDeviceStorage).
		from(r.AppleBackupHelp, r.AppleManageICloudStorage),
	wording("The account needs attention", "The account needs a password, a verification or another answer before iCloud works.", false, []string{"account-needs-attention", "terms-not-accepted", "signed-out"}, r.FixAccountPrompt, r.AcceptTerms).
		from(r.AppleBackupHelp, r.AppleHT203512),
	wording("Back Up Now is grey", "The button waits for a network, or management or Screen Time has locked it.", true, []string{"backup-now-greyed", "mdm-disallows-backup", "screen-time-account-changes", "wifi-missing"}, r.AskAdministrator, r.JoinWiFi).
		from(r.AppleBackupHelp, r.IphonelifeGreyButton, r.SoundsupportBackups),
	wording("Disabled by a profile", "Management, or the organisation behind the account, does not allow iCloud Backup.", false, []string{"mdm-disallows-backup", "managed-account-service-off"}, r.AskAdministrator).
		from(r.AppleMDMRestrictions, r.AppleServiceAccess, r.AppleCustomizeUserAccess),
	wording("Last backup: Incomplete", "The backup in iCloud was not finished. This does not show whether it is damaged.", true, []string{"wifi-slow-unstable", "corrupt-previous-backup"}, r.BackUpNow, r.Restart, r.ContactAppleSupport).
		from(r.AppleHT201418, r.FoundingArticle),
	wording("Connect to power", "The nightly backup waits for power.", false, []string{"auto-not-charging"}, r.BackUpNow, r.CheckCharger).
		from(r.AppleBackupHelp, r.ApplePH12520),
	wording("Waiting to back up", "A condition of the nightly backup does not hold: power, Wi-Fi or a locked screen.", true, []string{"wifi-missing", "auto-not-charging", "auto-not-locked"}, r.BackUpOvernight, r.BackUpNow).
		from(r.AppleBackupHelp, r.ApplePH12520),
	wording("iCloud Backup is paused", "A backup stopped before it completed, for lack of power, Wi-Fi or space.", true, []string{"wifi-missing", "auto-not-charging", "icloud-storage-full"}, r.CheckICloudStorage, r.BackUpOvernight, r.BackUpNow).
		from(r.AppleBackupHelp, r.ApplePH12520),
	wording("Poor network connection", "The network failed, was too slow, or cannot be used for backups, such as another phone's hotspot.", false, []string{"wifi-slow-unstable", "wifi-missing", "vpn-proxy-firewall", "captive-portal", "icloud-outage"}, r.CheckSystemStatus, r.LeaveHotspot, r.TryAnotherNetwork, r.RestartRouter, r.RejoinWiFi).
		from(r.AppleBackupHelp, r.PublicAnalysis, r.RadarHotspot),
	wording("Cannot connect to iCloud", "iCloud did not respond, because of the network, something in between, or Apple's service.", true, []string{"icloud-outage", "wifi-slow-unstable", "vpn-proxy-firewall"}, r.CheckSystemStatus, r.WaitForService, r.TryAnotherNetwork, r.TurnOffVPN).
		from(r.AppleHT203512, r.MacrumorsOutage2017),
	wording("Encryption keys are missing", "The keys of some files are out of reach until the device is unlocked with its passcode.", false, []string{"needs-unlock-for-keys"}, r.UnlockWithPasscode, r.Restart).
		from(r.PublicAnalysis, r.RadarKeybag),
	wording("The device is locked", "The device has to be unlocked with its passcode before the backup can go on.", false, []string{"needs-unlock-for-keys"}, r.UnlockWithPasscode).
		from(r.PublicAnalysis, r.ImobiledeviceKeychain),
	wording("The backup is in use", "Another backup or a restore uses the backup in iCloud.", false, []string{"backup-locked-elsewhere"}, r.WaitForOtherBackup, r.Restart).
		from(r.PublicAnalysis),
	wording("A newer version is needed to back up", "The backup in iCloud comes from a newer version of iOS, or this version is too old.", false, []string{"software-out-of-date", "beta-software"}, r.UpdateSoftware).
		from(r.AppleHT201418, r.PublicAnalysis),
	wording("Update your devices to turn on Advanced Data Protection", "Another device of the account is too old for Advanced Data Protection.", false, []string{"advanced-data-protection"}, r.UpdateOtherDevices, r.UpdateSoftware).
		from(r.AppleADP),
	wording("A problem with the payment or the storage plan", "The storage plan has ended or was not paid, so there is less iCloud storage than before.", false, []string{"storage-plan-lapsed", "icloud-storage-full"}, r.CheckICloudStorage, r.FixPayment).
		from(r.AppleCancelICloudPlus),
	wording("Temporary iCloud storage for a new iPhone", "Apple lends storage for three weeks, for a move to a new device.", false, []string{"new-device-temporary-storage"}, r.TemporaryICloudStorage).
		from(r.AppleTemporaryStorage, r.JimmytechTemporary),
	wording("The device is too hot", "A device that is too hot stops charging and postpones work. Heat itself is not checked here.", true, []string{"auto-not-charging"}, r.BackUpOvernight, r.CheckCharger).
		from(r.PublicAnalysis),
	wording("An app from outside the App Store", "An app that was not installed from the App Store can make every backup fail.", false, []string{"app-cannot-be-backed-up"}, r.UpdateApp, r.LeaveOutNamedApp, r.ReinstallApp, r.DeleteNamedApp).
		from(r.TrollNFCBackups, r.TrollStoreBackups),
	wording("Low Data Mode", "Low Data Mode of a network keeps backups from starting.", false, []string{"low-data-mode"}, r.TurnOffLowDataMode).
		from(r.AppleLowDataMode),
	wording("Low Power Mode", "Low Power Mode postpones backups.", false, []string{"low-power-mode"}, r.TurnOffLowPowerMode).
		from(r.GadgethacksLowPower),
	wording("Airplane mode", "Airplane mode can keep the device off Wi-Fi.", false, []string{"airplane-mode"}, r.TurnOffAirplaneMode).
		from(r.BestapplesolutionICloud),
	wording("A VPN or filter is on", "Something between the device and Apple may stop the backup.", false, []string{"vpn-proxy-firewall"}, r.TurnOffVPN, r.AllowAppleNames, r.TryAnotherNetwork).
		from(r.AppleEnterpriseNetworks, r.DNSFilterReport),
	wording("The network asks for a sign-in", "The Wi-Fi needs a sign-in in a browser first.", false, []string{"captive-portal"}, r.SignInCaptivePortal).
		from(r.AppleEnterpriseNetworks),
	wording("The date or time is wrong", "With a wrong clock the device rejects Apple's servers.", false, []string{"date-time-wrong"}, r.SetDateAutomatically).
		from(r.AppleEnterpriseNetworks),
	wording("Backup over cellular", "Backups over cellular have to be switched on.", false, []string{"cellular-backup-off"}, r.UseCellularBackup, r.JoinWiFi).
		from(r.Macstore24Cellular, r.OfficegagaCellular),
	wording("Downloads are under way", "A backup can wait for downloads to end.", false, []string{"downloads-in-progress"}, r.LetDownloadsFinish).
		from(r.BestapplesolutionICloud),
	wording("Beta software", "A beta can fail where a release does not, and backups made on a newer version cannot be restored to an older one.", false, []string{"beta-software"}, r.UpdateSoftware, r.LeaveBeta).
		from(r.AppleHT201418),
	wording("The backup expired", "Apple keeps a backup for 180 days after the last one.", false, []string{"backup-expired-180-days"}, r.CheckLastBackupDate, r.BackUpNow).
		from(r.ApplePH12520, r.AppleWhatIsBackup),
	wording("Screen does not lock", "The nightly backup waits for a locked screen.", false, []string{"auto-not-locked"}, r.ShortenAutoLock).
		from(r.AppleBackupHelp, r.ApplePH12520),
	wording("The process crashed", "A process that crashes can make a backup fail.", true, []string{"transient-glitch", "system-hung"}, r.Restart, r.UpdateSoftware).
		from(r.FoundingArticle, r.ImobiledeviceStaleCopy),
	wording("Photos fill iCloud", "Photos and files take up the storage that backups need.", false, []string{"icloud-space-used-by-photos-drive", "icloud-storage-full"}, r.CheckICloudStorage, r.EmptyRecentlyDeleted, r.BuyStorage).
		from(r.AppleManageICloudStorage, r.AppleWhatIsBackup),
	wording("The next backup is too large", "The next backup does not fit into the free iCloud storage.", false, []string{"backup-too-large", "icloud-storage-full"}, r.CheckICloudStorage, r.ChooseAppsToBackUp, r.BuyStorage).
		from(r.AppleBackupHelp, r.AppleWhatIsBackup),
	wording("The device is unresponsive", "The system does not answer as it should.", false, []string{"system-hung"}, r.Restart, r.ForceRestart).
		from(r.AppleForceRestartIPhone, r.AppleForceRestartIPad, r.FoundingArticle),
	wording("Demo unit", "A demo unit makes no backups.", false, []string{"store-demo-mode"}, r.ReplaceDemoSoftware).
		from(r.PublicAnalysis),
	wording("Cannot back up without a verified email address", "The account has no verified email address, which iCloud Backup needs.", false, []string{"account-needs-attention"}, r.FixAccountPrompt).
		from(r.AppleBackupHelp),
	wording("iCloud Backup is unable to access the account", "The password may have to be entered again; if it is right, Apple's service may have trouble.", false, []string{"account-needs-attention", "icloud-outage"}, r.CheckSystemStatus, r.FixAccountPrompt).
		from(r.AppleBackupHelp),
	wording("iCloud Backup is off", "iCloud Backup is switched off on the device.", false, []string{"backup-turned-off", "ios-regression"}, r.AskAdministrator, r.TurnBackupOn).
		from(r.AppleBackupHelp, r.ApplePH12520),
	{meaning: Meaning{Message: "iCloud storage is not full", InICloud: "A person says that iCloud has room, which rules full storage out.", RulesOut: []string{"icloud-storage-full"}, Remedies: []r.ID{r.ReadExactMessage}, Sources: []r.Source{r.AppleBackupHelp, r.FoundingArticle}}},
}
