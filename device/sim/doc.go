// Package sim is a simulated tray of iPhones and iPads: usbmuxd, lockdownd and the
// services behind it, spoken on a real socket with real TLS, for tests, demos and other
// people's tools.
//
// [Load] reads device files, plain plists with one domain or service reply each, so
// that what a real device answered can be replayed. [New] puts devices in a [Tray], and
// [Tray.Serve] answers clients on a socket made by [Listen]. [Tray.Requests] is every
// request that was received, for tests that hold a client to what it may ask.
//
// To call Serve once more is to start usbmuxd anew after a crash. [Tray.Shake] is restless
// people, and [Tray.Reenumerate] a touched cable.
//
// A [Fault] makes a device misbehave at a chosen place of the conversation: refuse,
// stall, break off, lie about lengths, or send what kills an unguarded reader.
//
// # Device files
//
// A folder per device, and beside them tray.plist with the faults of the mux itself, see
// [LoadFaults]. Every file is a property list:
//
//	sim.plist              what the tray needs to know, see the Load comment
//	root.plist             lockdown values outside any domain
//	com.apple.*.plist      one lockdown domain, named by the file
//	ioregistry/*.plist     one IORegistry entry each, named by the file
//	mcinstall/*.plist      one reply each, named by its RequestType
//	crashreports.plist     paths below the crash report folder
//	apps.plist             what installation_proxy knows of each app
//	log.plist              what happens once its log is followed: an array of LogStep
//	backup.plist           its files, and how it makes backups of them: see backupSettings
//	sysdiagnose/**         files of a sysdiagnose archive, which lies among the crash reports
//
// A recording stays as fresh as it was: the dates of backups and crash reports move by
// the time since the recording was made, and the device's clock runs.
//
// The package claims to be a good double of what clients see, no more: values change only
// with the steps of a log, nothing is ever written, and it keeps no secret worth keeping.
package sim
