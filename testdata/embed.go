// Package testdata holds the simulated devices, each a folder named after its trouble, and
// the table of releases of their day.
//
// Both are compiled into the program, not only read by tests, because `backupdoctor
// demo` must work wherever the program was copied to.
package testdata

import "embed"

// Devices holds the folder devices, which device/sim can load: fs.Sub(Devices, "devices").
//
//go:embed devices
var Devices embed.FS

// Releases is a table for device/releases. It stays as it is when the table there is renewed,
// or else the devices would fall behind and the tests on them tell of nothing else.
//
//go:embed releases.json
var Releases []byte
