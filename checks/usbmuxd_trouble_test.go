package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(usbmuxdTrouble, usbmuxdTroubleJudgements)

var usbmuxdTroubleJudgements = []judgement{
	{"trusted", well(), OK, "usbmuxd handed out the pair record of the device.", ""},
	{"too old", well(untrusted(device.Gap{Reason: device.MuxTrouble, Detail: "ReadPairRecord.1"})), Warning, "usbmuxd on this computer is too old to hand out pair records (result 1 to ReadPairRecord).", ""},
	{"folder not readable", well(untrusted(device.Gap{Reason: device.MuxTrouble, Detail: "ReadPairRecord.13"})), Warning, "usbmuxd on this computer did not hand out what a session with the device needs (result 13 to ReadPairRecord).", ""},
	{"garbled", well(untrusted(device.Gap{Reason: device.MuxTrouble, Detail: "ReadPairRecord.malformed"})), Warning, "usbmuxd on this computer did not hand out what a session with the device needs (no answer that could be used: malformed to ReadPairRecord).", ""},
	{"record not saved", well(untrusted(device.Gap{Reason: device.RecordUnsaved, Detail: "SavePairRecord.22"})), Warning, "The device trusts this computer, but usbmuxd could not save the pair record (result 22 to SavePairRecord).", ""},
	{"another record handed out", well(untrusted(device.Gap{Reason: device.RecordUnsaved, Detail: "ReadPairRecord.record-broken"})), Warning, "The device trusts this computer, but usbmuxd did not keep the pair record that it was given: it hands out a broken one.", ""},
	{"no record handed out", well(untrusted(device.NeverPaired), tried(device.RecordUnsaved, "ReadPairRecord.never-paired")), Warning, "The device trusts this computer, but usbmuxd did not keep the pair record that it was given: it hands out none.", ""},
	{"an attempt to pair failed here", well(untrusted(device.NeverPaired), tried(device.MuxTrouble, "ReadBUID.1")), Warning, "usbmuxd on this computer is too old to hand out pair records (result 1 to ReadBUID).", ""},
	{"no record", distrusting(device.NeverPaired), Unknown, "Whether usbmuxd keeps pair records could not be read: this computer has no pair record for the device.", device.NeverPaired},
	{"lost trust", distrusting(device.TrustStale), Unknown, "Whether usbmuxd keeps pair records could not be read: the device no longer knows this computer.", device.TrustStale},
	{"not attached", well(detached), Unknown, "Whether usbmuxd keeps pair records could not be read: it was not asked for.", device.NotAsked},
}
