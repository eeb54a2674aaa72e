package scan

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

// A ProblemFile is where every file that a fault concerns goes as it is found, so that a
// backup in ruins needs no more memory than a whole one.
type ProblemFile struct {
	file   *os.File
	out    *bufio.Writer
	failed error // the first error of writing
}

// NewProblemFile opens the file of --files, which only its owner may read: paths tell a lot about
// people.
func NewProblemFile(path string) (*ProblemFile, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &ProblemFile{file: file, out: bufio.NewWriter(file)}, nil
}

// A problemLine is one line of the list, as JSON.
type problemLine struct {
	Folder   string `json:"folder"`
	Mode     string `json:"mode"`
	Severity string `json:"severity"`
	device.BackupProblem
}

// Write adds a file that a fault concerns. An error is kept for Close.
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

// Close ends the list, and gives the first error of writing it.
func (l *ProblemFile) Close() error {
	return errors.Join(l.failed, l.out.Flush(), l.file.Close())
}
