//go:build !linux

package host

import "github.com/backupdoctor/backupdoctor/device"

// Synchronized reports whether the system keeps its clock in step with a time server, which
// is seen on Linux only.
func Synchronized() device.Fact[bool] { return device.Unknown[bool](device.Unsupported) }
