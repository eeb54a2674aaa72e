package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var notTrustedJudgements = []judgement{
	{"trusted", well(), OK, "The device trusts this computer.", ""},
	{"never paired", distrusting(device.NeverPaired), Warning, "This computer has no pair record for the device.", ""},
	{"the dialog waits", distrusting(device.TrustPending), Warning, "The Trust dialog is waiting on the device.", ""},
	{"denied", distrusting(device.TrustDenied), Warning, "Don't Trust was chosen on the device.", ""},
	{"stale record", distrusting(device.TrustStale), Warning, "The device no longer knows this computer, which still has a pair record of it.", ""},
	{"forbidden", distrusting(device.TrustForbidden), Warning, "Management forbids this device to pair with this computer.", ""},
	{"locked", distrusting(device.Locked), Warning, "The device is locked with its passcode.", ""},
	{"silent", distrusting(device.Timeout), Unknown, "Whether the device trusts this computer could not be read: the device did not answer in time.", device.Timeout},
	{"not attached", well(detached), Unknown, "Whether the device trusts this computer could not be read: it was not asked for.", device.NotAsked},
	{"a session that failed for no reason", well(func(s *device.Snapshot) { s.Live.Trusted = device.Known(false) }),
		Unknown, "Whether the device trusts this computer could not be read: the value cannot be true.", device.Implausible},
}

func TestEachTrustStateHasItsRemedies(t *testing.T) {
	for reason, want := range map[device.Reason][]remedies.ID{
		device.NeverPaired:    {remedies.TrustThisComputer},
		device.TrustPending:   {remedies.TrustThisComputer},
		device.TrustDenied:    {remedies.TrustThisComputer},
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
