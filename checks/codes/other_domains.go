package codes

import r "github.com/backupdoctor/backupdoctor/checks/remedies"

// Domains other than Apple's own for backups. Their numbers are public; they tell what failed
// at a lower level, but seldom why.
const (
	NSCocoaErrorDomain ErrorDomain = "NSCocoaErrorDomain" // Foundation: files, system helpers
	NSPOSIXErrorDomain ErrorDomain = "NSPOSIXErrorDomain" // errno
	HTTPStatus         ErrorDomain = "HTTP"               // server responses
)

func other(domain ErrorDomain, number int, name, means string, checks []string, steps ...r.ID) Meaning {
	from := map[ErrorDomain]r.Source{NSCocoaErrorDomain: r.AppleCocoaErrors, NSPOSIXErrorDomain: r.ApplePOSIXErrors, HTTPStatus: r.HTTPStatusCodes}
	return Meaning{Domain: domain, Number: number, Name: name, InICloud: means, Checks: checks, Remedies: steps, Sources: []r.Source{from[domain], r.PublicAnalysis}}
}

var (
	aFault     = []string{"transient-glitch", "files-unavailable"}
	noRoomHere = []string{"device-storage-low"}
	ofApple    = []string{"icloud-outage", "wifi-slow-unstable"}
	ofAccount  = []string{"account-needs-attention", "terms-not-accepted"}
)

var otherCodes = []Meaning{
	other(NSCocoaErrorDomain, 4, "NSFileNoSuchFileError", "A file to be changed does not exist.", aFault, r.Restart),
	other(NSCocoaErrorDomain, 256, "NSFileReadUnknownError", "A file could not be read; no reason is given.", aFault, r.Restart),
	other(NSCocoaErrorDomain, 257, "NSFileReadNoPermissionError", "Reading a file was not permitted.", aFault, r.Restart),
	other(NSCocoaErrorDomain, 260, "NSFileReadNoSuchFileError", "A file to be read does not exist.", aFault, r.Restart),
	other(NSCocoaErrorDomain, 513, "NSFileWriteNoPermissionError", "Writing a file was not permitted.", aFault, r.Restart),
	other(NSCocoaErrorDomain, 640, "NSFileWriteOutOfSpaceError", "The storage of the device is full.", noRoomHere, r.FreeDeviceStorage),
	other(NSCocoaErrorDomain, 4097, "NSXPCConnectionInterrupted", "A helper of the system did not answer.", []string{"transient-glitch", "system-hung"}, r.Restart, r.UpdateSoftware),
	other(NSCocoaErrorDomain, 4099, "NSXPCConnectionInvalid", "A helper of the system could not be reached.", []string{"transient-glitch", "system-hung"}, r.Restart, r.UpdateSoftware),
	other(NSPOSIXErrorDomain, 1, "EPERM", "Something on the device was not permitted.", aFault, r.Restart),
	other(NSPOSIXErrorDomain, 2, "ENOENT", "A file or folder does not exist.", aFault, r.Restart),
	other(NSPOSIXErrorDomain, 5, "EIO", "Reading or writing on the device failed.", aFault, r.Restart, r.ContactAppleSupport),
	other(NSPOSIXErrorDomain, 13, "EACCES", "Access to a file was refused.", aFault, r.Restart),
	other(NSPOSIXErrorDomain, 28, "ENOSPC", "The storage of the device was full.", noRoomHere, r.FreeDeviceStorage),
	other(NSPOSIXErrorDomain, 50, "ENETDOWN", "The network of the device was down.", []string{"wifi-missing", "wifi-slow-unstable"}, r.JoinWiFi),
	other(NSPOSIXErrorDomain, 54, "ECONNRESET", "The other side closed the connection.", []string{"wifi-slow-unstable", "vpn-proxy-firewall"}, r.TryAnotherNetwork),
	other(NSPOSIXErrorDomain, 60, "ETIMEDOUT", "A connection timed out.", []string{"wifi-slow-unstable", "vpn-proxy-firewall"}, r.TryAnotherNetwork),
	other(HTTPStatus, 401, "Unauthorized", "The server did not accept the account as signed in.", ofAccount, r.FixAccountPrompt),
	other(HTTPStatus, 403, "Forbidden", "The server refused the request.", ofAccount, r.AskAdministrator, r.FixAccountPrompt),
	other(HTTPStatus, 407, "Proxy Authentication Required", "A proxy on the network requires a sign-in.", []string{"vpn-proxy-firewall", "captive-portal"}, r.TryAnotherNetwork),
	other(HTTPStatus, 429, "Too Many Requests", "The server received too many requests.", ofApple, r.WaitForService),
	other(HTTPStatus, 502, "Bad Gateway", "A server in between got no valid response.", ofApple, r.CheckSystemStatus, r.WaitForService),
	other(HTTPStatus, 503, "Service Unavailable", "The server said that its service is not available now.", ofApple, r.CheckSystemStatus, r.WaitForService),
	other(HTTPStatus, 504, "Gateway Timeout", "A server in between got no response in time.", ofApple, r.CheckSystemStatus, r.TryAnotherNetwork),
	other(HTTPStatus, 507, "Insufficient Storage", "The server had too little room for this account.", []string{"icloud-storage-full", "backup-too-large"}, r.CheckICloudStorage, r.BuyStorage),
}
