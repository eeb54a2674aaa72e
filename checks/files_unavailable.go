package checks

var filesUnavailable = &Check{
	ID:    "files-unavailable",
	Title: "Every file could be read for the backup",
	Doc: `A backup leaves out files that are locked, being changed or cannot be read. It may still complete; where a file is damaged, each backup meets it again. Often it is a photo or video that does not open.

The person sees a message that some files were not available during the last backup.

Left to a person: what the last backup left out cannot be read over USB. If it goes on, the storage of the device itself may be failing, which is for Apple Support to find out.`,
	Effect:   MayBlock,
	Sources:  []Source{imobiledeviceUnreadable, pymobiledeviceFiles},
	Remedies: []RemedyID{findUnreadableItem, unlockWithPasscode, restart, updateSoftware, contactAppleSupport},
	Ask:      "Does {P-BACKUP} say that some files were not available during the last backup?",
}
