package remedies

// A Source is a document that describes a cause or a remedy.
type Source struct {
	Title string
	URL   string // "" if the document was not read, so that its address proves nothing
}

// The documents that causes and remedies are based on. A source has an address only if the
// document was read over HTTPS; the others are named so that they can be looked up.
var (
	// FoundingArticle and its reader's comment are the source of the first eleven causes.
	FoundingArticle = Source{"OSXDaily: iCloud Backup Failed on iPhone or iPad?", "https://osxdaily.com/2020/12/19/icloud-backup-failed-iphone-ipad-fix-troubleshoot/"}

	ApplePH12520             = Source{"Apple: iCloud: Back up your iOS device to iCloud (2017)", "https://support.apple.com/kb/PH12520"}
	AppleWhatIsBackup        = Source{"Apple: iCloud User Guide: What is iCloud Backup?", "https://support.apple.com/guide/icloud/mm085db3a8d6/icloud"}
	AppleHT201418            = Source{"Apple: Get help restoring from an iCloud backup (older edition)", "https://support.apple.com/HT201418"}
	AppleHT203512            = Source{"Apple: iCloud troubleshooting (older edition)", "https://support.apple.com/HT203512"}
	AppleEnterpriseNetworks  = Source{"Apple: Use Apple products on enterprise networks", "https://support.apple.com/101555"}
	AppleMDMRestrictions     = Source{"Apple: iCloud MDM restrictions", "https://support.apple.com/guide/mdm/icloud-restrictions-mdmdd145a51ca/web"}
	AppleDeviceManagement    = Source{"Apple: device management schema", "https://github.com/apple/device-management"}
	AppleServiceAccess       = Source{"Apple: Service access with Managed Apple Accounts", "https://support.apple.com/guide/apple-business-manager/service-access-with-managed-apple-accounts-axm171b3ee95/web"}
	AppleCustomizeUserAccess = Source{"Apple: Customize user access to apps and services", "https://support.apple.com/guide/business/axm53xk34bq/web"}
	AppleCKError             = Source{"Apple: CKError.Code", "https://developer.apple.com/documentation/cloudkit/ckerror/code"}
	AppleURLErrors           = Source{"Apple: URL loading system error codes", ""}
	AppleForceRestartIPhone  = Source{"Apple: iPhone User Guide: Force restart iPhone", ""}
	AppleForceRestartIPad    = Source{"Apple: iPad User Guide: Force restart iPad", ""}
	AppleManageICloudStorage = Source{"Apple: Manage your iCloud storage", "https://support.apple.com/108922"}
	AppleCancelICloudPlus    = Source{"Apple: Downgrade or cancel your iCloud+ plan", ""}
	AppleEncryptedBackups    = Source{"Apple: About encrypted backups on your iPhone, iPad or iPod touch", "https://support.apple.com/108353"}
	AppleLocalBackupHelp     = Source{"Apple: If you can't back up to a computer, or restore from one", ""}
	AppleLowDataMode         = Source{"Apple: Use Low Data Mode on your iPhone and iPad", "https://support.apple.com/HT210596"}
	AppleBackupHelp          = Source{"Apple: Get help backing up your device in iCloud", "https://support.apple.com/HT203516"}
	AppleStolenDevice        = Source{"Apple: About Stolen Device Protection for iPhone", "https://support.apple.com/120340"}
	AppleADP                 = Source{"Apple: How to turn on Advanced Data Protection for iCloud", "https://support.apple.com/108756"}
	AppleManagedBackups      = Source{"Apple: Back up and restore managed devices", "https://support.apple.com/guide/deployment/depd44f045b4/web"}
	AppleRestoreSupervised   = Source{"Apple: Apple Configurator User Guide: Back up and restore", "https://support.apple.com/guide/apple-configurator-mac/cad67d80cfc6"}
	AppleBackupMethods       = Source{"Apple: Backup methods for iPhone or iPad", "https://support.apple.com/108771"}
	AppleTemporaryStorage    = Source{"Apple: Get temporary iCloud storage for a new iPhone or iPad", "https://support.apple.com/HT212732"}
	AppleMissingAfterRestore = Source{"Apple: Missing information after you restore from an iCloud backup", "https://support.apple.com/HT203768"}
	AppleCocoaErrors         = Source{"Apple: Foundation: error codes of NSCocoaErrorDomain", ""}
	ApplePOSIXErrors         = Source{"Apple: Darwin: errno.h", ""}

	HTTPStatusCodes = Source{"IETF: RFC 9110, HTTP Semantics: status codes", ""}

	// Topics without a page by Apple.
	AppleSupportReplies = Source{"Public replies of Apple Support: storage that was bought and is not seen", ""}
	RadarHotspot        = Source{"Open Radar 30347346: a tethered hotspot does not serve for iCloud Backup", ""}
	RadarKeybag         = Source{"Open Radar 22784408: iCloud Backup switched off and on again", ""}
	TrollNFCBackups     = Source{"TrollNFC issue 11: an app that was not installed from the App Store stops backups", "https://github.com/owngoal-dev/TrollNFC/issues/11"}
	TrollStoreBackups   = Source{"TrollStore issue 737: apps that were not installed from the App Store stop backups", "https://github.com/opa334/TrollStore/issues/737"}
	DNSBlocklistReport  = Source{"hosts-blocklists issue 891: a DNS blocklist with names of iCloud", "https://github.com/notracking/hosts-blocklists/issues/891"}
	DNSFilterReport     = Source{"Filterlist-for-AdGuard-or-PiHole issue 60: a blocked name of iCloud kept devices from backing up", "https://github.com/hl2guide/Filterlist-for-AdGuard-or-PiHole/issues/60"}

	LibimobiledeviceDontTrust = Source{"libimobiledevice issue 693: after Don't Trust the dialog does not return", "https://github.com/libimobiledevice/libimobiledevice/issues/693"}
	UsbmuxdPairRecords        = Source{"usbmuxd issue 14: usbmuxd 1.0.8 and pair records", "https://github.com/libimobiledevice/usbmuxd/issues/14"}
	AppleTrustAlert           = Source{"Apple: About the Trust This Computer alert", "https://support.apple.com/HT202778"}
	AppleConnectivityHostList = Source{"A published connectivity script with Apple's table of iCloud hosts", ""}

	// PublicAnalysis is for behaviour found by reverse-engineering iOS. It applies to that
	// version only, and Apple guarantees none of it.
	PublicAnalysis = Source{"Public analysis of iOS 26.1", ""}

	MacrumorsIOS9Minimum    = Source{"MacRumors: iOS 9 minimum for iCloud Backup (2024)", "https://www.macrumors.com/2024/11/18/apple-icloud-backup-ios-9-minimum/"}
	TechtelegraphOldBackups = Source{"TechTelegraph: Apple deletes iCloud backups of old iPhones and iPads (2024)", "https://techtelegraph.co.uk/apple-deletes-icloud-backups-for-old-iphones-and-ipads"}
	MacrumorsOutage2017     = Source{"MacRumors: iCloud Backup service outage (2017)", "https://www.macrumors.com/2017/06/28/apples-icloud-backup-service-experiencing-outage/"}
	GhacksIOS163            = Source{"gHacks: iCloud Backup complaints after iOS 16.3 (2023)", "https://www.ghacks.net/2023/02/11/tons-of-complaints-of-icloud-backup-issues-after-updating-to-ios-16-3/"}
	Applech2FailedNotice    = Source{"AAPL Ch.: failed-backup notice of iOS 10.3 (2017, Japanese)", "https://applech2.com/archives/20170331-ios-10-3-backup-failed-notification.html"}
	IphonelifeGreyButton    = Source{"iPhone Life: How to back up your iPhone or iPad to iCloud", "https://www.iphonelife.com/blog/5/tip-day-how-back-your-iphone-or-ipad-icloud"}
	SoundsupportBackups     = Source{"Sound Support: Monitor and fix common iPhone backup issues (2016)", "https://soundsupport.biz/2016/12/04/tech-tip-monitor-and-fix-common-iphone-backup-issues"}
	PopsugarNotBackedUp     = Source{"POPSUGAR: Do you need to back up your iPhone?", "https://www.popsugar.com/tech/do-you-need-back-up-your-iphone-45894515"}
	HinewsBackupFailure     = Source{"Hi-News: iPhone data backup failure", "https://hi-news.com/iphone-data-backup-failure-why-it-happens-and-how-to-fix-it/"}
	MisoiduncanStorageFull  = Source{"Miso & Duncan: Fix the iCloud storage full error", "https://www.misoiduncan.com/fix-icloud-storage-full-error-complete-step-by-step-guide-to-free-up-or-upgrade-space/"}
	OnlyerrorcodesFailed    = Source{"OnlyErrorCodes: iCloud backup failed", "https://onlyerrorcodes.com/operating-systems/ios/icloud-backup-failed/"}
	MacobserverStorage      = Source{"The Mac Observer: Manage your iCloud storage (2025)", "https://www.macobserver.com/tips/how-to/manage-your-icloud-storage-free-up-space/"}
	CleanmasterOldBackups   = Source{"CleanMaster: View and delete old iPhone backups in iCloud", ""}
	BestapplesolutionICloud = Source{"Best Apple Solution: iCloud not working (2017)", "https://bestapplesolution.blogspot.com/2017/10/icloud-not-working-how-to-troubleshoot.html"}
	Macstore24Cellular      = Source{"mac-store24: iOS 15 features, Back Up Over Cellular among them", "https://mac-store24.com/en/blogs/apple-pro-tips-and-tricks/ios-15-on-iphone-two-features-you-should-definitely-turn-off"}
	OfficegagaCellular      = Source{"office-gaga: Mobile data settings of iOS 15", "https://office-gaga.net/en/blog/prevent-mobile-data-waste-in-ios-15-settings-that-should-be-disabled"}
	JimmytechTemporary      = Source{"JimmyTech: Temporary iCloud backup space for a new device", "https://jimmytechsf.com/apple-provides-temporary-icloud-backup-space-for-new-device-transfers/"}
	SetappTemporary         = Source{"Setapp: Temporary iCloud storage", "https://setapp.com/how-to/temporary-icloud-storage"}
	GadgethacksLowPower     = Source{"Gadget Hacks: Features that Low Power Mode disables", "https://ios.gadgethacks.com/how-to/15-features-low-power-mode-disables-reduces-your-iphone-0184648/"}
	FonetipsSignOut         = Source{"fone.tips: Sign out is not available due to restrictions", "https://fone.tips/sign-out-is-not-available-due-to-restrictions/"}
	MacmythsAccountChanges  = Source{"MacMyths: Disallow account changes (iOS 17)", "https://macmyths.com/how-to-disallow-account-changes-on-iphone-in-ios-17"}
	ThetoolstrunkTerms      = Source{"The Tools Trunk: New iCloud terms that cannot be accepted", "https://thetoolstrunk.com/?p=18110"}
	BigitshopTerms          = Source{"Big IT Shop: Can't accept the new iCloud terms", "https://www.bigitshop.com/fix-can-t-accept-new-icloud-terms-and-conditions-iphone/"}
	BlackberryICloudRules   = Source{"BlackBerry UEM: iCloud policy rules", "https://docs.blackberry.com/en/endpoint-management/blackberry-uem/12_23/it-policy-rules-reference/ios-and-ipados-it-policy-rules/ios-and-ipados-icloud"}
	FudzillaGPS             = Source{"Fudzilla: GPS week rollover and older iPhones (2019)", "https://fudzilla.net/news/mobile/49630-apple-cocks-up-the-time-again"}
	FwphysGPS               = Source{"fwphys: iOS 9.3.6 and 10.3.4 (2019)", "https://fwphys.com/2019/07/23/ios-9-3-6-and-ios-10-3-4/"}
	RepublicworldRestart    = Source{"Republic World: How to force restart an iPhone (2025)", "https://www.republicworld.com/tech/iphone-not-responding-how-to-force-restart-or-reset-it"}
	HoweduRestartIPad       = Source{"how.edu.vn: Force restart an iPad", "https://how.edu.vn/?p=5455"}
	ImobiledeviceStaleCopy  = Source{"libimobiledevice issue 1257: leftover backup folder on the device", "https://github.com/libimobiledevice/libimobiledevice/issues/1257"}
	ImobiledeviceLockdown   = Source{"libimobiledevice: the errors of lockdown", "https://github.com/libimobiledevice/libimobiledevice"}
	ImobiledeviceKeychain   = Source{"libimobiledevice issue 12: keychain copy while locked", "https://github.com/libimobiledevice/libimobiledevice/issues/12"}
	ImobiledeviceUnreadable = Source{"libimobiledevice issue 1361: a file that cannot be read", "https://github.com/libimobiledevice/libimobiledevice/issues/1361"}
	ImobiledeviceOldBackup  = Source{"libimobiledevice issue 1582: a backup that fails over the old one's Manifest.plist", "https://github.com/libimobiledevice/libimobiledevice/issues/1582"}
	ImobiledeviceDiskSpace  = Source{"libimobiledevice issue 1072: too little free space", "https://github.com/libimobiledevice/libimobiledevice/issues/1072"}
	ImobiledeviceHostDisk   = Source{"libimobiledevice issue 1384: no space for a computer backup", "https://github.com/libimobiledevice/libimobiledevice/issues/1384"}
	ImobiledeviceUnfinished = Source{"libimobiledevice issue 1582: an unfinished old backup in the folder", "https://github.com/libimobiledevice/libimobiledevice/issues/1582"}
	PymobiledeviceFiles     = Source{"pymobiledevice3 issue 820: files that cannot be read", "https://github.com/doronz88/pymobiledevice3/issues/820"}
	PymobiledeviceHostDisk  = Source{"pymobiledevice3 issue 1879: no space, although there is room", "https://github.com/doronz88/pymobiledevice3/issues/1879"}
	CertidealIPadOS27       = Source{"CertiDeal: iPads that run iPadOS 27", "https://mag.certideal.com/en/ipados-27-the-full-compatible-ipad-list/"}
	DiscoverIOS27           = Source{"Discover Hidden USA: iPhones that run iOS 27", "https://www.discoverhiddenusa.com/ios-27-compatibility-list-which-iphones-can-run-the-new-update/"}
)
