// Package sim simulates a tray of iPhones and iPads: usbmuxd, lockdownd and the services behind
// it, over a real socket with real TLS. It is meant for tests, demos and testing other tools.
//
// [Load] reads device files, plain plists with one domain or service reply each, so that the
// responses of a real device can be replayed. [New] puts devices in a [Tray], and [Tray.Serve]
// serves clients on a socket created by [Listen]. [Tray.Requests] returns every request received,
// for tests that check which requests a client sends.
//
// Calling Serve again simulates a restart of usbmuxd after a crash. [Tray.Shake] plugs devices in
// and out at random, and [Tray.Reenumerate] simulates a loose cable.
//
// A [Fault] makes a device misbehave at a chosen point of the protocol: refuse, stall,
// disconnect, send a false length, or send data that crashes an unguarded parser.
//
// # Device files
//
// There is a folder per device, and next to them tray.plist with the faults of the mux itself;
// see [LoadFaults]. Every file is a property list:
//
//	sim.plist              settings of the simulated device; see Load
//	root.plist             lockdown values outside any domain
//	com.apple.*.plist      one lockdown domain, named by the file
//	ioregistry/*.plist     one IORegistry entry each, named by the file
//	mcinstall/*.plist      one reply each, named by its RequestType
//	crashreports.plist     paths relative to the crash report folder
//	apps.plist             the installation_proxy values of each app
//	log.plist              events once its log is being followed: an array of LogStep
//	person.txt             what a person does with the device; see Person
//	backup.plist           files to back up and backup settings; see backupSettings
//	sysdiagnose/**         contents of a sysdiagnose archive among the crash reports
//
// Recordings do not age: the dates of backups and crash reports are shifted by the time since the
// recording was made, and the device's clock runs.
//
// A [Person] acts on a device: switches iCloud Backup on, taps Back Up Now, joins Wi-Fi, frees
// space, installs an update, pulls the cable. Values, notifications and the log change with it.
//
// The simulation covers only what clients see: no files are ever written, and its keys protect
// nothing.
package sim
