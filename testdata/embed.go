// Package testdata holds the simulated devices, each a folder named after its trouble.
//
// They are compiled into the program, not only read by tests, because `backupdoctor
// demo` must work wherever the program was copied to.
package testdata

import "embed"

// Devices holds the folder devices, which device/sim can load: fs.Sub(Devices, "devices").
//
//go:embed devices
var Devices embed.FS
