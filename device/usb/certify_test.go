package usb

import (
	"context"
	"errors"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// On a slow computer with many devices, generating keys takes seconds; the deadline of a run does
// not wait for it.
func TestKeysAreNotWaitedForPastTheDeadline(t *testing.T) {
	phone := patient(t, "healthy-iphone")
	client := serve(t, newTray(t, phone))
	for name, test := range map[string]struct {
		cause error
		want  device.Reason
	}{
		"the time of the run": {device.OutOfTime, device.OutOfTime},
		"Ctrl-C":              {nil, device.Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			found, err := client.Find(ctx)
			if err != nil {
				t.Fatal(err)
			}
			l, err := client.lockdown(ctx, found[0])
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			key, err := l.value(ctx, "DevicePublicKey").Data("DevicePublicKey")
			if err != nil {
				t.Fatal(err)
			}
			cancel(test.cause)
			if _, err := certify(ctx, key); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}
