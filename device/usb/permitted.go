package usb

// Permitted lists every request that [Client.Discover], [Client.Read] and [Client.Greet] may send, with
// its recipient. [Client.Watch] sends only the first two. None of them changes anything on the
// device or this computer. A test checks a full scan against this list.
var Permitted = []string{
	"usbmux Listen",
	"usbmux ListDevices",
	"usbmux ReadPairRecord",
	"usbmux Connect",

	"lockdown StartSession",
	"lockdown GetValue",
	"lockdown GetValue TimeIntervalSince1970",
	"lockdown GetValue com.apple.mobile.backup",
	"lockdown GetValue com.apple.disk_usage",
	"lockdown GetValue com.apple.purplebuddy",
	"lockdown GetValue com.apple.PurpleBuddy",
	"lockdown GetValue com.apple.fmip",
	"lockdown GetValue com.apple.mobile.battery",
	"lockdown GetValue com.apple.mobile.data_sync",
	"lockdown GetValue com.apple.mobile.wireless_lockdown",
	"lockdown GetValue com.apple.international",
	"lockdown StartService com.apple.crashreportcopymobile",
	"lockdown StartService com.apple.mobile.diagnostics_relay",
	"lockdown StartService com.apple.mobile.MCInstall",
	"lockdown StartService com.apple.mobile.installation_proxy",

	"afc ReadDir /",
	"afc ReadDir /Retired",
	"afc ReadDir /Panics",
	"afc GetFileInfo /DiagnosticLogs/MobileBackup",

	"diagnostics IORegistry IOPMPowerSource",
	"diagnostics IORegistry AppleBCMWLANSkywalkInterface",
	"diagnostics IORegistry IO80211Interface",

	"mcinstall GetProfileList",
	"mcinstall GetCloudConfiguration",

	"installation_proxy Browse",
}

// PermittedListening lists every request that [Client.Listen] may send besides those of
// [Permitted]. None of them changes anything or makes the device log more than usual.
var PermittedListening = []string{
	"lockdown StartService com.apple.os_trace_relay",
	"lockdown StartService com.apple.syslog_relay",
	"lockdown StartService com.apple.mobile.notification_proxy",

	"os_trace_relay StartActivity",
	"syslog_relay stream",
	"notification_proxy ObserveNotification com.apple.mobile.backup.domain_changed",
}

// PermittedWatching lists every request that [Client.Access] and [Client.ObserveTrust] may send
// besides those of [Permitted]. None of them changes anything on the device.
var PermittedWatching = []string{
	"lockdown GetValue PasswordProtected",
	"lockdown StartService com.apple.mobile.insecure_notification_proxy",

	"notification_proxy ObserveNotification com.apple.mobile.lockdown.trusted_host_attached",
}

// PermittedProbing lists every request that [Client.Probe] may send. All go to usbmuxd.
var PermittedProbing = []string{
	"usbmux Listen",
	"usbmux ListDevices",
	"usbmux ReadBUID",
	"usbmux ReadPairRecord",
}
