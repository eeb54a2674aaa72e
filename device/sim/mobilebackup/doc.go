// Package mobilebackup is the device side of com.apple.mobilebackup2: a simulated BackupAgent2
// that makes backups on a host, and restores them, over DeviceLink.
//
// An [Agent] holds the files of one device and what it remembers between sessions. Its files need
// neither disk nor memory: their contents are generated. [Agent.Serve] answers one client, in the
// order of requests and states that BackupAgent2 has: the passcode, the preconditions, what the
// host has, room, folders, Status.plist "uploading", files in batches of 128, the manifest,
// "moving", "removing", "finished", and the check at the end. Full, incremental and resumed
// backups follow from what the host answers.
//
// The same files, seed and clock give the same bytes on the host, encrypted or not, whichever
// client receives them.
package mobilebackup
