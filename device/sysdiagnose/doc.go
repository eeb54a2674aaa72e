// Package sysdiagnose is the door to sysdiagnose archives: it reads the few files in one
// that bear on iCloud Backup. An archive is made on the device by pressing buttons, and
// holds what no cable tells: backupd's own record of its last attempts, the settings that
// management enforces, how Wi-Fi, power and storage stood, which VPNs and filters were set
// up, and when the device was shut down.
//
// [Read] takes an archive as the device writes it, .tar.gz, or a folder that one was
// unpacked into. It reads from the first byte to the last and unpacks nothing: no file is
// ever written, and only the listed files are held in memory, one at a time.
//
// An archive may come from a stranger. One that breaks off, lies about itself, or was
// built to exhaust its reader, is read up to there; [device.History].Ended says why no
// further, and what was not reached is unknown for the same reason. The bounds are in
// limits.go.
//
// Names of networks, people and accounts are passed over.
package sysdiagnose
