package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestNext(t *testing.T) {
	vague := answer(device.MessageQuestion, "The last backup could not be completed")
	asked := answer("icloud-storage-full", "no")
	listened := func(s *device.Snapshot) { s.Attempts = []device.Attempt{{Outcome: device.AttemptUnseen}} }
	for _, test := range []struct {
		name    string
		changes changes
		want    Next
	}{
		{"no reason known", nil, NextMessage},
		{"a vague message", changes{vague}, NextAsk},
		{"an unknown message", changes{answer(device.MessageQuestion, "xyzzy")}, NextAsk},
		{"asked in vain", changes{vague, asked}, NextListen},
		{"listened in vain", changes{vague, asked, listened}, NextSysdiagnose},
		{"listened in vain, and not asked", changes{listened}, NextMessage},
		{"a message that states a cause", changes{answer(device.MessageQuestion, "Your iCloud storage is full")}, NextExplain},
		{"a cause that only may stop backups, told by a person", changes{answer("wifi-slow-unstable", "yes")}, NextExplain},
		{"switched off", changes{func(s *device.Snapshot) { s.Live.CloudBackup.Enabled = device.Known(false) }}, NextExplain},
		{"not trusted", changes{untrusted(device.NeverPaired)}, NextPair},
		{"the dialog is open", changes{untrusted(device.TrustPending)}, NextPair},
		{"this computer's trouble", changes{untrusted(device.MuxTrouble)}, NextSelfCheck},
		{"pairing forbidden", changes{untrusted(device.TrustForbidden)}, NextNothing},
		{"locked", changes{untrusted(device.Locked)}, NextScan},
		{"a backup without its password", changes{untrusted(device.NeedsPassword)}, NextVerify},
	} {
		s := well(append(changes{since23Days}, test.changes...)...)
		if got := Diagnose(s, Run(s, All())).Next; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	s := well()
	if got := Diagnose(s, Run(s, All())).Next; got != NextNothing {
		t.Errorf("a device that is backed up: %q", got)
	}
}

type changes = []func(*device.Snapshot)

// since23Days gives a device a single problem: the date of its last good backup.
func since23Days(s *device.Snapshot) {
	s.Live.CloudBackup.Last = device.Known(s.TakenAt.AddDate(0, 0, -23))
}
