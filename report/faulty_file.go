package report

import "github.com/backupdoctor/backupdoctor/device"

// A FaultyFile is one line of the list written by verify --files.
type FaultyFile struct {
	Header
	Folder   string `json:"folder"`   // path of the backup
	Mode     string `json:"mode"`     // id of the fault: blob-missing
	Severity string `json:"severity"` // unusable, loss, suspicious, note or unknown
	device.BackupProblem
}
