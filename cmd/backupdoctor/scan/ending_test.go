package scan

import (
	"strings"
	"testing"
)

func TestMuxHintNamesWhatThisSystemNeeds(t *testing.T) {
	for goos, want := range map[string]string{
		"linux":   "systemctl start usbmuxd",
		"freebsd": "install usbmuxd",
		"darwin":  "part of macOS",
		"windows": "Apple Devices",
	} {
		for _, want := range []string{want, "USBMUXD_SOCKET_ADDRESS"} {
			if got := MuxHint(goos); !strings.Contains(got, want) {
				t.Errorf("on %s the hint is %q, want it to have %q", goos, got, want)
			}
		}
	}
}
