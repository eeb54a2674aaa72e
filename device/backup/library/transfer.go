package library

import (
	"encoding/json"
	"io"
	"path/filepath"
	"time"
)

// A Transfer is how much the last session of a copy sent, and how long that took.
type Transfer struct {
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"` // from the first file to the end of the session
}

// transferName is the file of a Transfer, beside the backup.
const transferName = "transfer.json"

// maxTransfer bounds the size of a transfer file that is read, in bytes.
const maxTransfer = 4 << 10

// leastSent is how much must have been sent for a speed to mean anything.
const leastSent = 1 << 20

// SaveTransfer records the transfer of a backup.
func SaveTransfer(folder string, t Transfer) error {
	return saveJSON(filepath.Join(filepath.Dir(folder), transferName), t)
}

// Time returns how long a number of bytes takes at the speed of the newest copy of the device that
// was large enough to tell. ok is false if there is none.
func (d *Device) Time(bytes uint64) (needed time.Duration, ok bool) {
	copies, err := d.Copies()
	if err != nil {
		return 0, false
	}
	for _, c := range copies {
		t, err := readTransfer(filepath.Join(filepath.Dir(c.Folder), transferName))
		if err == nil && t.Bytes >= leastSent && t.Seconds > 0 {
			const longest = float64(365 * 24 * time.Hour)
			return time.Duration(min(longest, float64(bytes)/float64(t.Bytes)*t.Seconds*float64(time.Second))), true
		}
	}
	return 0, false
}

func readTransfer(path string) (t Transfer, err error) {
	file, err := openBeside(path)
	if err != nil {
		return t, err
	}
	defer file.Close()
	return t, json.NewDecoder(io.LimitReader(file, maxTransfer)).Decode(&t)
}
