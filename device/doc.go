// Package device holds what is known about one iPhone or iPad at one moment, without any
// conclusions.
//
// The packages below it fill a [Snapshot] (device/usb for an attached device), and package
// checks judges it. Each answer in it is a [Fact]: a value, or the [Gap] that says why
// there is none. Snapshots can be saved in a [Recording], to make the report again on any
// computer, and redacted with [Redact], to share them.
//
// This package only stores facts: it does not access devices, read the clock or judge
// anything.
package device
