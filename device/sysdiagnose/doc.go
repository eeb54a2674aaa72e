// Package sysdiagnose reads the few files of a sysdiagnose archive that are relevant to
// iCloud Backup. A sysdiagnose is made on the device by pressing buttons, and has
// information that is not available over USB: backupd's own record of its last attempts,
// the settings enforced by profiles, the state of Wi-Fi, power and storage, the configured
// VPNs and filters, and the times of shutdowns.
//
// [Read] takes an archive as the device writes it, .tar.gz, or a folder with an unpacked
// archive. It reads a file sequentially and writes nothing to disk: only the relevant files
// are held in memory, one at a time.
//
// Archives are untrusted. One that is truncated, inconsistent, or built to exhaust its
// reader is read up to that point; [device.History].Ended has the reason, and facts that
// were not reached are unknown for the same reason. The limits are in limits.go.
//
// Names of networks, people and accounts are skipped.
package sysdiagnose
