package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

// A look is how backups are examined.
type look struct {
	depth     device.ProofDepth
	passwords *passwords
	evidence  bool                  // also read what the device had on record
	examples  int                   // files of each fault to keep; 0 for a few
	budget    *backup.ExampleBudget // of one run over a shelf
	limit     time.Duration         // that one backup may take; 0 for as long as it needs
	problem   func(backup.Folder, backup.Problem)
	line      *statusLine
}

// exampleBytes bounds what the examples of one run take in memory. Every text in them comes
// from the backups.
const exampleBytes = 4 << 20

// over examines every backup of a shelf that was not yet looked at. It never fails: what could not be told is unknown,
// and a run that was stopped meanwhile is a gap.
func (l look) over(ctx context.Context, sh shelf) []device.Gap {
	if len(sh.stored) == 0 {
		return nil
	}
	l.budget = backup.NewExampleBudget(exampleBytes)
	for i := range sh.stored {
		if !sh.stored[i].looked {
			l.at(ctx, &sh.stored[i])
		}
	}
	l.line.show("")
	return stopped(ctx)
}

// at examines one backup.
func (l look) at(ctx context.Context, st *stored) {
	st.looked = true
	if l.limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, l.limit)
		defer stop()
	}
	options := backup.Options{Examples: l.examples, Budget: l.budget, Now: time.Now()}
	options.Keys, options.Locked = l.passwords.open(ctx, st.folder, st.backup)
	options.Progress = verifying{line: l.line, whose: whose(st.backup), began: time.Now()}.show
	if l.problem != nil {
		options.Problem = func(p backup.Problem) { l.problem(st.folder, p) }
	}
	prove := backup.Quick
	if l.depth == device.DeepLook {
		prove = backup.Deep
	}
	st.backup.Proof = device.Known(prove(ctx, st.folder, options))
	if l.evidence {
		history := backup.Evidence(ctx, st.folder, options)
		st.history = &history
	}
}

// verifying draws how far the look at one backup has come.
type verifying struct {
	line  *statusLine
	whose string
	began time.Time
}

func (v verifying) show(p backup.Progress) {
	text := fmt.Sprintf("%s: %d files", v.whose, p.Rows)
	if p.TotalRows > 0 {
		text = fmt.Sprintf("%s: %d of %d files", v.whose, p.Rows, p.TotalRows)
	}
	if p.Bytes > 0 {
		text += fmt.Sprintf(", %.1f GB read", float64(p.Bytes)/1e9)
	}
	if left, known := timeLeft(time.Since(v.began), p.Rows, p.TotalRows); known {
		text += fmt.Sprintf(", about %s left", left)
	}
	v.line.show(text)
}

// timeLeft takes it that the rest goes on as before. In the first seconds nothing is known.
func timeLeft(spent time.Duration, done, total uint64) (time.Duration, bool) {
	if spent < 2*time.Second || done == 0 || total < done {
		return 0, false
	}
	left := time.Duration(float64(spent) * float64(total-done) / float64(done))
	return cmp.Or(left.Round(time.Second), time.Second), true
}
