package terminal

import (
	"cmp"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/sysdiagnose"
)

// BackupProgress shows how much of a backup has been verified, with a name before it.
func BackupProgress(name string, show func(text string)) func(backup.Progress) {
	began := time.Now()
	return func(p backup.Progress) {
		text := fmt.Sprintf("%s: %d files", name, p.Rows)
		if p.TotalRows > 0 {
			text = fmt.Sprintf("%s: %d of %d files", name, p.Rows, p.TotalRows)
		}
		if p.Bytes > 0 {
			text += fmt.Sprintf(", %.1f GB read", float64(p.Bytes)/1e9)
		}
		if left, known := timeLeft(time.Since(began), p.Rows, p.TotalRows); known {
			text += fmt.Sprintf(", about %s left", left)
		}
		show(text)
	}
}

// UnlockProgress shows the time left until the keys of a backup are derived.
func (s *Screen) UnlockProgress() func(done, total int) {
	began := time.Now()
	return func(done, total int) {
		text := fmt.Sprintf("unlocking: %d %%", 100*done/max(1, total))
		if left, known := timeLeft(time.Since(began), uint64(done), uint64(total)); known {
			text = fmt.Sprintf("unlocking, about %s left", left)
		}
		s.Status(text)
	}
}

// timeLeft extrapolates from the rate so far. It returns false in the first second.
func timeLeft(spent time.Duration, done, total uint64) (time.Duration, bool) {
	if spent < time.Second || done == 0 || total < done {
		return 0, false
	}
	left := time.Duration(float64(spent) * float64(total-done) / float64(done))
	return cmp.Or(left.Round(time.Second), time.Second), true
}

// ArchiveProgress shows how much of an archive has been read.
func (s *Screen) ArchiveProgress() func(sysdiagnose.Progress) {
	var drawn time.Time
	return func(p sysdiagnose.Progress) {
		if time.Since(drawn) < frame {
			return
		}
		drawn = time.Now()
		text := fmt.Sprintf("reading the archive: %d files", p.Members)
		if p.TotalBytes > 0 {
			text += ", " + Megabytes(uint64(p.Bytes), uint64(p.TotalBytes))
		}
		s.Status(text)
	}
}

// Megabytes formats a part and a total in megabytes.
func Megabytes(done, total uint64) string {
	return fmt.Sprintf("%.1f of %.1f MB", float64(done)/1e6, float64(total)/1e6)
}
