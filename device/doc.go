// Package device is the records room: what is known about one iPhone or iPad at one
// moment, and nothing concluded from it.
//
// A [Snapshot] is filled by the doors below this folder (device/usb for an attached
// device) and judged by package checks. Each question it answers is a [Fact]: a value,
// or the [Gap] that says why there is none. Facts can be written to a [Recording] and
// read back, so that a report can be made again anywhere, and [Redact]ed, so that it can
// be shown to strangers.
//
// The package only keeps: it asks no device, reads no clock and judges nothing.
package device
