package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var cellularBackupOff = &Check{
	ID:    "cellular-backup-off",
	Short: "backup over cellular off",
	Title: "Backups do not depend on cellular data",
	Doc: `Without Wi-Fi, only a device with 5G (iPhone 12 and later, and iPads with cellular data) and iOS or iPadOS 15 or later can back up, where the carrier allows it and Back Up Over Cellular is switched on. All other devices need Wi-Fi.

The person sees a grey Back Up Now while there is no Wi-Fi.

Only a person can answer: over USB a device reports neither that switch nor how it is used.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.Macstore24Cellular, remedies.OfficegagaCellular, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.JoinWiFi, remedies.UseCellularBackup},
	Ask:      "Is the {device} rarely on Wi-Fi? Without it, only one with 5G and iOS or iPadOS 15 or later can back up, once Back Up Over Cellular is on at {P-BACKUP}.",
	Answers:  Answers{Yes: "The device is rarely on Wi-Fi."},
}
