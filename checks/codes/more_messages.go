package codes

import r "github.com/backupdoctor/backupdoctor/checks/remedies"

// wording makes a message of iOS whose phrases are its whole description; see phrases.
func wording(title, means string, vague bool, checks []string, steps ...r.ID) message {
	return message{meaning: Meaning{Message: title, InICloud: means, Vague: vague, Checks: checks, Remedies: steps, Sources: []r.Source{r.FoundingArticle, r.PublicAnalysis}}}
}

// moreMessages are the texts of iOS, and what people say in their own words, that have no longer
// description. Those that are marked vague leave all their causes as questions.
var moreMessages = []message{
	wording("Storage was bought, and iCloud is still full", "The device does not see the storage that was bought: another account, a family plan, or a plan that is not active yet.", false, []string{"storage-plan-lapsed", "icloud-storage-full"}, r.CheckICloudStorage, r.FixPayment, r.SignOutAndIn),
	wording("The account asks for something", "The account wants a password, a verification or another answer before iCloud works.", false, []string{"account-needs-attention", "terms-not-accepted", "signed-out"}, r.FixAccountPrompt, r.AcceptTerms),
	wording("Back Up Now is grey", "The button waits for a network, or management or Screen Time has locked it.", true, []string{"backup-now-greyed", "mdm-disallows-backup", "screen-time-account-changes", "wifi-missing"}, r.AskAdministrator, r.JoinWiFi),
	wording("Disabled by a profile", "Management, or the organisation behind the account, does not allow iCloud Backup.", false, []string{"mdm-disallows-backup", "managed-account-service-off"}, r.AskAdministrator),
	wording("Last backup: Incomplete", "The backup in iCloud was not finished. Whether it is damaged is not shown by that.", true, []string{"wifi-slow-unstable", "corrupt-previous-backup"}, r.BackUpNow, r.Restart, r.ContactAppleSupport),
	wording("Connect to power", "The nightly backup waits for power.", false, []string{"auto-not-charging"}, r.BackUpNow, r.CheckCharger),
	wording("Waiting to back up", "A condition of the nightly backup does not hold: power, Wi-Fi or a locked screen.", true, []string{"wifi-missing", "auto-not-charging", "auto-not-locked"}, r.BackUpOvernight, r.BackUpNow),
	wording("iCloud Backup is paused", "A backup stopped before its end, for want of power, Wi-Fi or room.", true, []string{"wifi-missing", "auto-not-charging", "icloud-storage-full"}, r.CheckICloudStorage, r.BackUpOvernight, r.BackUpNow),
	wording("Poor network connection", "The network failed, was too slow, or does not serve, as the hotspot of another phone.", false, []string{"wifi-slow-unstable", "wifi-missing", "vpn-proxy-firewall", "captive-portal"}, r.TryAnotherNetwork, r.RestartRouter, r.RejoinWiFi),
	wording("Cannot connect to iCloud", "iCloud did not answer: the network, something on the way, or Apple's service.", true, []string{"icloud-outage", "wifi-slow-unstable", "vpn-proxy-firewall"}, r.CheckSystemStatus, r.WaitForService, r.TryAnotherNetwork, r.TurnOffVPN),
	wording("Encryption keys are missing", "The keys of some files are out of reach until the device is unlocked with its passcode.", false, []string{"needs-unlock-for-keys"}, r.UnlockWithPasscode, r.Restart),
	wording("The device is locked", "The device has to be unlocked with its passcode before the backup can go on.", false, []string{"needs-unlock-for-keys"}, r.UnlockWithPasscode),
	wording("The backup is in use", "Another backup or a restore uses the backup in iCloud.", false, []string{"backup-locked-elsewhere"}, r.WaitForOtherBackup, r.Restart),
	wording("A newer version is needed to back up", "The backup in iCloud comes from a newer version of iOS, or this version is too old.", false, []string{"software-out-of-date", "beta-software"}, r.UpdateSoftware),
	wording("Update your devices to turn on Advanced Data Protection", "Another device of the account is too old for Advanced Data Protection.", false, []string{"advanced-data-protection"}, r.UpdateOtherDevices, r.UpdateSoftware),
	wording("A problem with the payment or the storage plan", "The storage plan has ended or was not paid, so that iCloud holds less than before.", false, []string{"storage-plan-lapsed", "icloud-storage-full"}, r.CheckICloudStorage, r.FixPayment),
	wording("Temporary iCloud storage for a new iPhone", "Apple lends storage for a move to a new device, for three weeks.", false, []string{"new-device-temporary-storage"}, r.TemporaryICloudStorage),
	wording("The device is too hot", "A device that is too hot stops charging and puts work off. Heat itself is not judged here.", true, []string{"auto-not-charging"}, r.BackUpOvernight, r.CheckCharger),
	wording("An app from outside the App Store", "An app that was not installed from the App Store can end every backup.", false, []string{"app-cannot-be-backed-up"}, r.ChooseAppsToBackUp, r.UpdateApp, r.ReinstallApp),
	wording("Low Data Mode", "Low Data Mode of a network keeps backups from starting.", false, []string{"low-data-mode"}, r.TurnOffLowDataMode),
	wording("Low Power Mode", "Low Power Mode puts backups off.", false, []string{"low-power-mode"}, r.TurnOffLowPowerMode),
	wording("Airplane mode", "Airplane mode can keep the device off Wi-Fi.", false, []string{"airplane-mode"}, r.TurnOffAirplaneMode),
	wording("A VPN or filter is on", "Something between the device and Apple may stop the backup.", false, []string{"vpn-proxy-firewall"}, r.TurnOffVPN, r.TryAnotherNetwork),
	wording("The network asks for a sign-in", "The Wi-Fi wants a sign-in in a browser first.", false, []string{"captive-portal"}, r.SignInCaptivePortal),
	wording("The date or time is wrong", "With a wrong clock the device refuses Apple's servers.", false, []string{"date-time-wrong"}, r.SetDateAutomatically),
	wording("Backup over cellular", "Backups over the mobile network have to be allowed.", false, []string{"cellular-backup-off"}, r.UseCellularBackup, r.JoinWiFi),
	wording("Downloads are under way", "A backup can wait for downloads to end.", false, []string{"downloads-in-progress"}, r.LetDownloadsFinish),
	wording("Beta software", "A beta can fail where a release does not, and backups of a newer version fit no older one.", false, []string{"beta-software"}, r.UpdateSoftware, r.LeaveBeta),
	wording("The backup expired", "Apple keeps a backup for 180 days after the last one.", false, []string{"backup-expired-180-days"}, r.CheckLastBackupDate, r.BackUpNow),
	wording("Screen does not lock", "The nightly backup waits for a locked screen.", false, []string{"auto-not-locked"}, r.ShortenAutoLock),
	wording("The process crashed", "A process that crashes can end a backup.", true, []string{"transient-glitch", "system-hung"}, r.Restart, r.UpdateSoftware),
	wording("Photos fill iCloud", "Photos and files take up the storage that backups need.", false, []string{"icloud-space-used-by-photos-drive", "icloud-storage-full"}, r.CheckICloudStorage, r.EmptyRecentlyDeleted, r.BuyStorage),
	wording("The next backup is too large", "The next backup does not fit into the free iCloud storage.", false, []string{"backup-too-large", "icloud-storage-full"}, r.CheckICloudStorage, r.ChooseAppsToBackUp, r.BuyStorage),
	wording("The device hangs", "The system does not answer as it should.", false, []string{"system-hung"}, r.Restart, r.ForceRestart),
	wording("Demonstration unit", "A demonstration unit makes no backup.", false, []string{"store-demo-mode"}, r.ReplaceDemoSoftware),
	{meaning: Meaning{Message: "iCloud storage is not full", InICloud: "A person says that iCloud has room, which rules full storage out.", RulesOut: []string{"icloud-storage-full"}, Remedies: []r.ID{r.ReadExactMessage}, Sources: []r.Source{r.FoundingArticle}}},
}
