// Package mobilebackup is the device side of com.apple.mobilebackup2: a simulated BackupAgent2
// that makes backups on a host and restores them, over DeviceLink.
//
// An [Agent] holds the files of one device and the state kept between sessions. The files take up
// neither disk nor memory: their contents are generated. [Agent.Serve] serves one client, with
// the requests and states in the order of BackupAgent2: the passcode, the preconditions, what the
// host has, free space, folders, Status.plist "uploading", files in batches of 128, the manifest,
// "moving", "removing", "finished", and the final check. Whether a backup is full, incremental or
// resumed depends on the host's responses.
//
// The same files, seed and clock produce the same bytes on the host, encrypted or not, whichever
// client receives them.
package mobilebackup
