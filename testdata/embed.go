// Package testdata holds the simulated devices, each in a folder named after its trouble, and
// the release table of their day.
//
// Both are compiled into the program because `backupdoctor demo` must work wherever the program
// is copied to.
package testdata

import "embed"

// Devices contains the folder devices, which device/sim can load: fs.Sub(Devices, "devices").
//
//go:embed devices
var Devices embed.FS

// Releases is a table for device/releases. It must not be renewed with the table there, or the
// devices would be out of date and their tests would find nothing else.
//
//go:embed releases.json
var Releases []byte
