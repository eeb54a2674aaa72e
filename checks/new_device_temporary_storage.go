package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var newDeviceTemporaryStorage = &Check{
	ID:    "new-device-temporary-storage",
	Short: "move to a new device under way",
	Title: "The backup is not held up by a move to a new device",
	Doc: `For moving to a new iPhone or iPad, Apple lends enough iCloud storage for one whole backup, even if the account's own storage is full. It exists since iOS and iPadOS 15. The backup is kept for 21 days, which can be extended once, and for 7 days after it has been restored.

The person sees full iCloud storage shortly before changing devices.

Only a person can answer: only the owner knows about the move.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleTemporaryStorage, remedies.JimmytechTemporary, remedies.SetappTemporary},
	Remedies: []remedies.ID{remedies.TemporaryICloudStorage, remedies.ComputerBackup},
	Ask:      "Is this {device} about to be replaced by a new one, with too little room on {P-STORAGE}?",
	Answers:  Answers{Yes: "The device is about to be replaced, and iCloud has too little room."},
}
