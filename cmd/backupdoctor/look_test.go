package main

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

func TestTimeLeft(t *testing.T) {
	for _, c := range []struct {
		name        string
		spent       time.Duration
		done, total uint64
		want        time.Duration // 0 for unknown
	}{
		{"half of it", 10 * time.Second, 500, 1000, 10 * time.Second},
		{"a tenth", 10 * time.Second, 100, 1000, 90 * time.Second},
		{"almost over", 10 * time.Second, 999, 1000, time.Second},
		{"too early to say", time.Second, 500, 1000, 0},
		{"total unknown", 10 * time.Second, 500, 0, 0},
		{"nothing done", 10 * time.Second, 0, 1000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, known := timeLeft(c.spent, c.done, c.total); got != c.want || known != (c.want > 0) {
				t.Errorf("got %v %v, want %v", got, known, c.want)
			}
		})
	}
}

// In a scan of attached devices a look at a backup ends with the time of one device.
func TestALookHasALimit(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	sh := shelfIn([]backup.Place{{Path: dir}})
	l := look{depth: "quick", passwords: (&asker{}).passwords(), limit: time.Nanosecond, line: surroundings{}.statusLine()}
	if gaps := l.over(t.Context(), sh); len(gaps) != 0 {
		t.Errorf("a look that took too long passes for an interrupted run: %v", gaps)
	}
	proof, err := sh.stored[0].backup.Proof.Get()
	if err != nil || checks.BackupVerdict(proof) != "cannot-tell" {
		t.Errorf("verdict %q, %v", checks.BackupVerdict(proof), err)
	}
}
