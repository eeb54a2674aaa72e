package device

import "time"

// A Copy is how the backup of a device into a library on this computer ended, in the run that took
// the snapshot.
type Copy struct {
	Verdict CopyVerdict `json:"verdict" privacy:"public"`            // how it ended
	Reason  Reason      `json:"reason,omitempty" privacy:"public"`   // why there is no proved copy; "" if there is one, or if the new one is broken
	Detail  string      `json:"detail,omitempty" privacy:"private"`  // the error that this computer reported; "" if none
	Code    int         `json:"code,omitempty"`                      // the MBErrorDomain number with which the device ended it; 0 if it did not
	Message string      `json:"message,omitempty" privacy:"private"` // what the device sent with that number

	Library   string       `json:"library" privacy:"private"`             // the folder of all copies
	OtherDisk string       `json:"otherDisk,omitempty" privacy:"private"` // the folder of locks or temporary files, if the disk of that one refused something; "" if none did
	FreeBytes Fact[uint64] `json:"freeBytes,omitzero"`                    // free space on its disk: as the device was told, or else when the run began
	MostBytes Fact[uint64] `json:"mostBytes,omitzero"`                    // what may be sent at most: all that is stored on the device, for a first or a full copy
	Required  Fact[uint64] `json:"requiredBytes,omitzero"`                // mobilebackup2: room that the device asked for, counting clones in full
	Encrypted Fact[bool]   `json:"encrypted,omitzero"`                    // lockdown / WillEncrypt
	SizeOnly  bool         `json:"sizeOnly,omitempty"`                    // the device was only to be asked how large the backup would be
	Full      bool         `json:"full,omitempty"`                        // everything was requested, not only what changed
	Resumed   bool         `json:"resumed,omitempty"`                     // an interrupted copy was resumed

	Files      Fact[uint64]    `json:"files,omitzero"`      // received in this run
	Bytes      Fact[uint64]    `json:"bytes,omitzero"`      // received in this run
	BytesAgain Fact[uint64]    `json:"bytesAgain,omitzero"` // of those, in files that an interrupted run had received, or begun to
	NotSent    []BackupProblem `json:"notSent,omitempty"`   // files that the device could not read

	Folder   string     `json:"folder,omitempty" privacy:"private"` // the new copy; "" if there is none
	Date     time.Time  `json:"date,omitzero"`                      // when it was finished; UTC
	Depth    ProofDepth `json:"depth,omitempty" privacy:"public"`   // how thoroughly it was verified; "" if it was not
	ProvedAt time.Time  `json:"provedAt,omitzero"`                  // when it was proved; UTC
	OldestAt time.Time  `json:"oldestAt,omitzero"`                  // when the file that was not read for longest was read; UTC; zero if all were in this run

	FullSeconds Fact[float64]     `json:"fullSeconds,omitzero"`              // how long the required room takes at the speed of the last copy
	Others      Fact[[]OtherCopy] `json:"otherCopies,omitzero"`              // the other copies of the device in the library, newest first
	Notes       []string          `json:"notes,omitempty" privacy:"private"` // what else was said of it
}

// CopyVerdict is how a backup into a library ended.
type CopyVerdict string

const (
	CopyProved      CopyVerdict = "proved"       // there is a new copy, and it was proved whole
	CopyNotProved   CopyVerdict = "not-proved"   // there is a new copy, and whether it is whole is not shown
	CopyBroken      CopyVerdict = "broken"       // there is a new copy, and it is damaged
	CopyNotFinished CopyVerdict = "not-finished" // there is no new copy; what arrived is kept
	CopyRefused     CopyVerdict = "refused"      // the device ended it with an error before it sent a file
	CopyNotStarted  CopyVerdict = "not-started"  // the device was not asked
	CopyMeasured    CopyVerdict = "measured"     // the device was only asked how large it would be
)

// CopyVerdicts returns every verdict, the best first.
func CopyVerdicts() []CopyVerdict {
	return []CopyVerdict{CopyProved, CopyMeasured, CopyNotProved, CopyBroken, CopyNotFinished, CopyRefused, CopyNotStarted}
}

// The reasons of a copy besides those of facts. Where a copy is not proved, the reason is the mode of
// a fault: not-sent, record-missing, password-needed, password-wrong, …
const (
	CopyEnded      Reason = "device-ended"        // the device ended it with an error code
	CopyCancelled  Reason = "cancelled"           // its owner cancelled it on the device
	CopyBadPath    Reason = "path-refused"        // the device sent a file name that is not allowed
	CopyInUse      Reason = "library-in-use"      // another command is writing copies of the device
	CopyNoPassword Reason = "encryption-required" // management demands a backup password, and none is set
	CopyUnfinished Reason = "unfinished"          // the device reported success, but its status file does not say finished
	CopyNoLists    Reason = "no-lists"            // the device reported success, but sent no list of files
	CopyFailed     Reason = "failed"              // this computer reported an error
)

// CopyOnDisk begins the reasons of a disk that refused something to this computer: disk-full,
// disk-read-only, …
const CopyOnDisk Reason = "disk-"

// An OtherCopy is an earlier copy of a device.
type OtherCopy struct {
	Folder    string      `json:"folder" privacy:"private"` // its folder
	Date      time.Time   `json:"date"`                     // when it was made; UTC
	Verdict   CopyVerdict `json:"verdict" privacy:"public"` // proved, not-proved or broken
	Removed   bool        `json:"removed,omitempty"`        // it was removed in this run, as better ones are there
	Withdrawn bool        `json:"withdrawn,omitempty"`      // its proof was withdrawn in this run: it shares damaged files with the new copy
}

// A SizedBackup is how large a full backup to a computer would be, as the device said in an earlier run.
type SizedBackup struct {
	Bytes uint64    `json:"bytes"` // mobilebackup2: room that it asked for, counting clones in full
	At    time.Time `json:"at"`    // when; UTC
}

// redactCopy hides folders, files and what the device or this computer said. Folders of the
// snapshot's backups get the same placeholders as there.
func redactCopy(c *Copy, backups []Backup) *Copy {
	if c == nil {
		return nil
	}
	folders := placeholders("backup")
	for _, b := range backups {
		folders(b.Folder)
	}
	hidden := func(kind, text string) string {
		if text == "" {
			return ""
		}
		return kind + "-1"
	}
	redacted := *c
	redacted.Detail, redacted.Message, redacted.Library = hidden("detail", c.Detail), hidden("message", c.Message), hidden("library", c.Library)
	redacted.OtherDisk = hidden("folder", c.OtherDisk)
	if c.Folder != "" {
		redacted.Folder = folders(c.Folder)
	}
	redacted.NotSent = redactProblems(c.NotSent, placeholders("domain"), placeholders("path"), placeholders("file"))
	redacted.Others = each(c.Others, func(o OtherCopy) OtherCopy {
		o.Folder = folders(o.Folder)
		return o
	})
	redacted.Notes = nil
	notes := placeholders("note")
	for _, note := range c.Notes {
		redacted.Notes = append(redacted.Notes, notes(note))
	}
	return &redacted
}
