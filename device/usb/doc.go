// Package usb is the door to attached devices: it finds them through usbmuxd and reads
// from each what bears on iCloud Backup. It only ever reads: permitted.go lists every
// request that a scan may send. Pairing, which a person has to ask for, is [Door.Pair], with a
// list of its own. Every conversation begins by comparing the UDID that the device gives with
// that which usbmuxd listed: nothing that another device says is kept.
//
// [Door.Discover] lists what is attached, and [Door.Watch] tells what comes and goes. [Door.Read] examines one device, [Door.Greet]
// reads no more than its name. The last two never fail: a device that stalls, detaches
// or answers nonsense costs its own facts, and each of them says why. [Door.Listen] follows
// a device's log for as long as its context lasts. [Door.Archives] lists the sysdiagnose
// archives on a device and [Door.Pull] copies one, by [PermittedPull], a list of their own.
//
// Every connection has a context and a deadline, but for a log or a usbmuxd that is listened
// to and has nothing to say; every reply is bounded and checked by
// package safeplist before it is decoded, and every error that a device sends becomes a
// [device.Reason]. Pair records are used, never kept or quoted. Below this package lies
// the lower half of go-ios, over connections of our own: its upper half has neither
// deadlines nor errors to tell apart.
//
// The device's certificate is not verified, as in other open tools: whoever controls
// this computer's usbmuxd can pose as a device.
package usb
