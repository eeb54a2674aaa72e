package scan

import (
	"encoding/json"
	"errors"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/report"
)

// A ProblemFile lists every file that a fault concerns as it is found, so that a badly damaged
// backup needs no more memory than a whole one.
type ProblemFile struct {
	out    output.Writer
	failed error // the first write error
}

// NewProblemFile returns a ProblemFile that writes to out, the file of --files.
func NewProblemFile(out output.Writer) *ProblemFile { return &ProblemFile{out: out} }

// Write adds a file that a fault concerns. An error is returned by Close.
func (l *ProblemFile) Write(folder backup.Folder, p backup.Problem) {
	fault, _ := faults.Find(p.Mode.ID)
	line, err := json.Marshal(report.FaultyFile{
		Header: report.NewHeader(report.KindFaultyFile), Folder: folder.Path, Mode: p.Mode.ID, Severity: string(fault.Severity), BackupProblem: p.BackupProblem,
	})
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
