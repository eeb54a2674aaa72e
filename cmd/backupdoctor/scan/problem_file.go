package scan

import (
	"encoding/json"
	"errors"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

// A ProblemFile lists every file that a fault concerns as it is found, so that a badly damaged
// backup needs no more memory than a whole one.
type ProblemFile struct {
	out    output.Writer
	failed error // the first write error
}

// NewProblemFile returns a ProblemFile that writes to out, the file of --files.
func NewProblemFile(out output.Writer) *ProblemFile { return &ProblemFile{out: out} }

// A problemLine is one line of the list, as JSON.
type problemLine struct {
	Folder   string `json:"folder"`
	Mode     string `json:"mode"`
	Severity string `json:"severity"`
	device.BackupProblem
}

// Write adds a file that a fault concerns. An error is returned by Close.
func (l *ProblemFile) Write(folder backup.Folder, p backup.Problem) {
	fault, _ := faults.Find(p.Mode.ID)
	line, err := json.Marshal(problemLine{folder.Path, p.Mode.ID, string(fault.Severity), p.BackupProblem})
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	if l.failed == nil {
		l.failed = err
	}
}

// Close finishes the list and returns the first write error. An incomplete list is discarded.
func (l *ProblemFile) Close() error {
	if l.failed != nil {
		return errors.Join(l.failed, l.out.Discard())
	}
	return l.out.Commit()
}
