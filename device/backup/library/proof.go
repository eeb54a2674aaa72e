package library

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// A Proof is what is known about a copy.
type Proof struct {
	Noted       // zero if the copy was never verified
	Stale bool  // the copy has changed since, or the proof is dated in the future
	Err   error // why it is unclear whether the proof is still valid; nil if it is clear
}

// Noted is the content of proof.json.
type Noted struct {
	Schema   int          `json:"schema"`
	ProvedAt time.Time    `json:"provedAt"` // UTC
	OldestAt time.Time    `json:"oldestAt"` // when the file least recently read was read; zero if unknown
	Whole    bool         `json:"whole"`    // the verdict
	Broken   bool         `json:"broken"`
	Proof    device.Proof `json:"proof"`
	Marks    []Mark       `json:"marks"`
}

const proofSchema = 1

// A Mark is the state of a file or folder at the top of a copy.
type Mark struct {
	Name     string    `json:"name"`
	Bytes    int64     `json:"bytes"` // 0 for a folder
	Modified time.Time `json:"modified"`
}

// Counts reports whether the copy was proved whole and is unchanged since.
func (p Proof) Counts() bool { return p.Noted.Whole && !p.Stale && p.Err == nil }

// Broken reports whether the copy was found broken and is unchanged since.
func (p Proof) Broken() bool { return p.Noted.Broken && !p.Stale && p.Err == nil }

// Since returns how old the proof is: when the file that was not read for longest was read.
func (n Noted) Since() time.Time {
	if !n.OldestAt.IsZero() && n.OldestAt.Before(n.ProvedAt) {
		return n.OldestAt
	}
	return n.ProvedAt
}

// maxProof bounds the size of a proof that is read, in bytes.
const maxProof = 8 << 20

// ReadProof reads the proof next to a backup and checks whether it is still valid.
func ReadProof(folder string) Proof {
	file, err := openBeside(filepath.Join(filepath.Dir(folder), proofName))
	if errors.Is(err, fs.ErrNotExist) {
		return Proof{}
	}
	if err != nil {
		return Proof{Err: err}
	}
	defer file.Close()
	var p Proof
	if err := json.NewDecoder(io.LimitReader(file, maxProof)).Decode(&p.Noted); err != nil || p.Schema != proofSchema {
		return Proof{Err: device.Malformed}
	}
	marks, err := marksOf(folder)
	if err != nil {
		return Proof{Noted: p.Noted, Err: err}
	}
	p.Stale = !slices.EqualFunc(marks, p.Marks, func(a, b Mark) bool {
		return a.Name == b.Name && a.Bytes == b.Bytes && a.Modified.Equal(b.Modified)
	})
	if now := time.Now(); p.ProvedAt.After(now) || p.OldestAt.After(now) { // by a clock that was wrong
		p.Stale = true
	}
	return p
}

// openBeside opens a file beside a backup, or a list of libraries. Opening a named pipe would block,
// so anything but a regular file is Malformed.
func openBeside(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, device.Malformed
	default:
		return os.Open(path)
	}
}

// SaveProof records the result of verifying a backup. The folder must not have changed since
// verification.
func SaveProof(folder string, noted Noted) error {
	var err error
	noted.Schema = proofSchema
	if noted.Marks, err = marksOf(folder); err != nil {
		return err
	}
	if index, err := OpenIndex(filepath.Join(filepath.Dir(folder), receivedName)); err == nil {
		noted.OldestAt, _ = index.Oldest()
		index.Close()
	}
	return saveJSON(filepath.Join(filepath.Dir(folder), proofName), noted)
}

// saveJSON writes a file beside a backup, whole or not at all.
func saveJSON(path string, value any) error {
	draft, err := wholefile.New(path, wholefile.Kind{Mode: 0o600, Replace: true})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(draft).Encode(value); err != nil {
		return errors.Join(err, draft.Discard())
	}
	return draft.Commit()
}

// IndexOf opens the received records of a backup. The error is fs.ErrNotExist if there are
// none.
func IndexOf(folder string) (*Index, error) {
	return OpenIndex(filepath.Join(filepath.Dir(folder), receivedName))
}

// marksOf returns the state of a copy's lists and received records, by length and time, and of its
// folders, by time, which changes with each name in them.
func marksOf(folder string) ([]Mark, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, err := namesIn(root, ".")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	marks := make([]Mark, 0, len(names)+1)
	if info, err := os.Lstat(filepath.Join(filepath.Dir(folder), receivedName)); err == nil {
		marks = append(marks, Mark{"../" + receivedName, info.Size(), info.ModTime().UTC().Round(0)})
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range names {
		info, err := root.Lstat(name)
		if err != nil {
			return nil, err
		}
		m := Mark{Name: name, Modified: info.ModTime().UTC().Round(0)}
		if !info.IsDir() {
			m.Bytes = info.Size()
		}
		marks = append(marks, m)
	}
	return marks, nil
}
