//go:build !linux

package usb

import "testing"

// mountSmall skips the test: only Linux mounts a file system of a given size in one call.
func mountSmall(t *testing.T, _ string) { t.Skip("only on Linux") }

func runFull(*testing.T, *backupCase) {}
