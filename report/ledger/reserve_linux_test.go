package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// fillDisk writes a file until the disk is full.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for {
		if _, err := f.Write(make([]byte, 4096)); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestReservedSpace fills the disk of a bench. Reports are stored in the reserved space, and their
// numbers have no gap. When there is room, the space is reserved again.
func TestReservedSpace(t *testing.T) {
	disk := smallDisk(t, "16m")
	path, ballast := filepath.Join(disk, "history.sqlite"), filepath.Join(disk, "other")
	s := openedHistory(t, path)
	now := monday
	s.now = func() time.Time { return now }
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	stored := 0
	store := func(n int) error {
		for range n {
			d := report.Device{UDID: fmt.Sprint("device ", stored), TakenAt: monday.Add(time.Duration(stored) * time.Second)}
			if err := s.AddAndSend(t.Context(), runID(1), d, receipt.Item{ID: messageID(stored + 1), Report: []byte(`{}`)}); err != nil {
				return err
			}
			stored++
		}
		return nil
	}
	must(t, s.Reserve(6<<20))
	must(t, store(5))
	fillDisk(t, ballast)
	if !s.Reserved() {
		t.Error("the space is used before anything had to be stored")
	}
	must(t, store(100))
	if s.Reserved() {
		t.Error("100 reports were stored on a full disk without the reserved space")
	}
	fillDisk(t, ballast+" 2")
	if err := store(100_000); !errors.Is(err, ErrFull) {
		t.Errorf("when the reserved space is full, too: %v", err)
	}
	now = now.Add(reserveEvery)
	if s.Reserved() {
		t.Error("space is reserved on a full disk")
	}
	must(t, os.Remove(ballast))
	must(t, os.Remove(ballast+" 2"))
	if s.Reserved() {
		t.Error("it was tried again before a minute had passed")
	}
	now = now.Add(reserveEvery)
	if !s.Reserved() {
		t.Error("the space is not reserved again when there is room")
	}
	if info, err := os.Stat(path + ".reserve"); err != nil || info.Size() != 6<<20 {
		t.Errorf("the file is %v, %v", info, err)
	}
	must(t, store(1))
	ledgers, err := s.Ledgers(t.Context())
	must(t, err)
	if len(ledgers) != 1 || ledgers[0].Waiting != int64(stored) || ledgers[0].Last != int64(stored) {
		t.Errorf("%d reports were stored, and the ledgers are %+v", stored, ledgers)
	}
}
