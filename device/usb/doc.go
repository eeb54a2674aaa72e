// Package usb finds attached devices through usbmuxd and reads the values relevant to iCloud
// Backup from each. A scan only reads: permitted.go lists every request that it may send.
// [Client.Pair], [Client.Backup] and [Client.Restart] act on a device; the user has to ask for
// them, and each has its own list. Each session first compares the UDID reported by the device
// with the one listed by usbmuxd; data from any other device is discarded.
//
// [Client.Discover] lists the attached devices, and [Client.Watch] reports devices as they come and
// go. [Client.Read] examines one device; [Client.Greet] reads only its identity. Read and Greet never
// fail: if a device stalls, detaches or sends invalid data, the facts it did not provide give the
// reason. [Client.Listen] follows a device's log until its context ends. [Client.Archives] lists the
// sysdiagnose archives on a device and [Client.Pull] copies one; their requests are listed in
// [PermittedPull].
//
// Every connection has a context and, except while waiting for log lines, notifications or usbmuxd
// announcements, a deadline. Every response is limited in size and checked by package safeplist
// before it is decoded, and every error sent by a device becomes a [device.Reason]. Pair records
// are used but never stored or quoted. The package uses the lower layers of go-ios over its own
// connections; the upper layers of go-ios have no deadlines and no distinguishable errors.
//
// As in other open-source tools, the device's certificate is not verified: anyone who controls
// this computer's usbmuxd can impersonate a device.
package usb
