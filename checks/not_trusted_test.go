package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(notTrusted, notTrustedJudgements)

var notTrustedJudgements = []judgement{
	{"trusted", well(), OK, "The device trusts this computer.", ""},
	{"never paired", distrusting(device.NeverPaired), Warning, "This computer has no pair record for the device.", ""},
	{"the dialog waits", distrusting(device.TrustPending), Warning, "The Trust dialog is waiting on the device.", ""},
	{"denied", distrusting(device.TrustDenied), Warning, "Don't Trust was chosen on the device.", ""},
	{"stale record", distrusting(device.TrustStale), Warning, "The device no longer knows this computer, which still has a pair record of it.", ""},
	{"forbidden", distrusting(device.TrustForbidden), Warning, "Management forbids this device to pair with this computer.", ""},
	{"locked", distrusting(device.Locked), Warning, "The device is locked with its passcode.", ""},
	{"denied after all", well(untrusted(device.Gap{Reason: device.TrustDenied, Detail: "UserDeniedPairing"})), Warning, "Don't Trust was chosen on the device.", ""},
	{"forbidden, by its name", well(untrusted(device.Gap{Reason: device.TrustForbidden, Detail: "MCProtected"})), Warning, "Management forbids this device to pair with this computer (MCProtected).", ""},
	{"broken record", distrusting(device.RecordBroken), Warning, "This computer's pair record for the device is broken.", ""},
	{"unsaved record", distrusting(device.RecordUnsaved), OK, "The device trusts this computer, which could not save that.", ""},
	{"Find My forbids", well(untrusted(device.NeverPaired), tried(device.DeviceError, "FMiPProtected")), Warning, "This computer has no pair record for the device, and an attempt to pair failed: the device answered with an error (FMiPProtected).", ""},
	{"only by cable", well(untrusted(device.RecordBroken), tried(device.DeviceError, "PairingProhibitedOverThisConnection")), Warning, "This computer's pair record for the device is broken, and an attempt to pair failed: the device answered with an error (PairingProhibitedOverThisConnection).", ""},
	{"usbmuxd fails the try", well(untrusted(device.NeverPaired), tried(device.MuxTrouble, "ReadBUID.1")), Warning, "This computer has no pair record for the device, and an attempt to pair failed: usbmuxd on this computer did not carry out the request (ReadBUID.1).", ""},
	{"handshake failed", distrusting(device.HandshakeFailed), Unknown, "Whether the device trusts this computer could not be read: the encrypted connection to the device could not be set up.", device.HandshakeFailed},
	{"usbmuxd fails", distrusting(device.MuxTrouble), Unknown, "Whether the device trusts this computer could not be read: usbmuxd on this computer did not carry out the request.", device.MuxTrouble},
	{"another device", distrusting(device.OtherDevice), Unknown, "Whether the device trusts this computer could not be read: another device answered in its place.", device.OtherDevice},
	{"unplugged", distrusting(device.Detached), Unknown, "Whether the device trusts this computer could not be read: the device was disconnected.", device.Detached},
	{"silent", distrusting(device.Timeout), Unknown, "Whether the device trusts this computer could not be read: the device did not answer in time.", device.Timeout},
	{"not attached", well(detached), Unknown, "Whether the device trusts this computer could not be read: it was not asked for.", device.NotAsked},
	{"a session that failed for no reason", well(func(s *device.Snapshot) { s.Live.Trusted = device.Known(false) }),
		Unknown, "Whether the device trusts this computer could not be read: the value cannot be true.", device.Implausible},
}

func TestEachTrustStateHasItsRemedies(t *testing.T) {
	for reason, want := range map[device.Reason][]remedies.ID{
		device.NeverPaired:    {remedies.TrustThisComputer},
		device.TrustPending:   {remedies.TrustThisComputer},
		device.TrustDenied:    {remedies.PlugInAgain, remedies.TrustThisComputer},
		device.RecordBroken:   {remedies.TrustThisComputer},
		device.TrustStale:     {remedies.TrustThisComputer},
		device.TrustForbidden: {remedies.AskAdministrator},
		device.Locked:         {remedies.UnlockDevice},
	} {
		got := Run(distrusting(reason), []*Check{notTrusted})[0].Remedies
		if !slices.Equal(got, want) {
			t.Errorf("%s: remedies %v, want %v", reason, got, want)
		}
	}
}

func TestTrustIsCreditedToTheRequestThatToldIt(t *testing.T) {
	for reason, want := range map[device.Reason]string{
		device.NeverPaired: "usbmux ReadPairRecord",
		device.TrustDenied: "lockdown Pair",
		device.TrustStale:  "lockdown StartSession",
	} {
		if got := Run(distrusting(reason), []*Check{notTrusted})[0].Evidence[0].Source; got != want {
			t.Errorf("%s: read from %q, want %q", reason, got, want)
		}
	}
}

// After a failed attempt the same remedy is not proposed again.
func TestAFailedTryHasItsRemedies(t *testing.T) {
	for reason, want := range map[device.Reason][]remedies.ID{
		device.DeviceError:    {},
		device.TrustForbidden: {remedies.AskAdministrator},
		device.TrustDenied:    {remedies.PlugInAgain, remedies.TrustThisComputer},
		device.MuxTrouble:     {remedies.RepairUsbmuxd},
		device.Locked:         {remedies.UnlockDevice, remedies.TrustThisComputer},
		device.Timeout:        {remedies.TrustThisComputer},
	} {
		got := Run(well(untrusted(device.NeverPaired), tried(reason, "")), []*Check{notTrusted})[0].Remedies
		if !slices.Equal(got, want) {
			t.Errorf("%s: remedies %v, want %v", reason, got, want)
		}
	}
}

func untrusted(why error) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live = &device.Live{Trusted: device.Unknown[bool](why)} }
}

func tried(reason device.Reason, name string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.PairTry = device.Gap{Reason: reason, Detail: name} }
}

// Lists without findings also show why a pairing attempt failed.
func TestHeadlineTellsWhyATryToPairFailed(t *testing.T) {
	for name, test := range map[string]struct {
		why  device.Reason
		try  device.Gap
		want string
	}{
		"no try": {device.NeverPaired, device.Gap{}, "This computer has no pair record for the device."},
		"a refusal": {
			device.NeverPaired, device.Gap{Reason: device.DeviceError, Detail: "FMiPProtected"},
			"This computer has no pair record for the device, and an attempt to pair failed: the device answered with an error (FMiPProtected).",
		},
		"a broken record": {
			device.RecordBroken, device.Gap{Reason: device.Locked},
			"This computer's pair record for the device is broken, and an attempt to pair failed: the device is locked with its passcode.",
		},
		"the same twice": {device.TrustDenied, device.Gap{Reason: device.TrustDenied}, "Don't Trust was chosen on the device."},
		"the end of the run": {
			device.OutOfTime, device.Gap{Reason: device.TrustPending},
			"The run timed out, and an attempt to pair failed: the Trust dialog is waiting on the device.",
		},
	} {
		s := device.Snapshot{}
		untrusted(test.why)(&s)
		s.Live.PairTry = test.try
		if got := Diagnose(s, nil).Headline; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
