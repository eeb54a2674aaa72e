//go:build !linux || !amd64

package usb

import "testing"

func sayPhase(string) {}

func stopAtChanges() error { return nil }

// traceBackup does nothing: processes are traced only on Linux on amd64.
func traceBackup(*testing.T, string, *backupCase) (calls []string, killed, ok bool) {
	return nil, false, false
}
