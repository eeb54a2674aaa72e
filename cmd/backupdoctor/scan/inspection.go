package scan

import (
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

// An Inspection says how backups are inspected.
type Inspection struct {
	Depth     device.ProofDepth
	Passwords *Passwords
	Evidence  bool          // also read what the device had on record
	Examples  int           // files of each fault to keep; 0 for a few
	Limit     time.Duration // for one backup; 0 for as long as it needs
	Problem   func(backup.Folder, backup.Problem)
	Screen    *terminal.Screen

	budget *backup.ExampleBudget // of one run over a set
}

// exampleBytes bounds what the examples of one run take in memory. Every text in them comes
// from the backups.
const exampleBytes = 4 << 20

// all inspects every backup of a set that was not yet inspected. It never fails: what could not
// be read is unknown.
func (i Inspection) all(ctx context.Context, set BackupSet) {
	if i.budget == nil {
		i.budget = backup.NewExampleBudget(exampleBytes)
	}
	for n := range set.Stored {
		if !set.Stored[n].inspected {
			i.one(ctx, &set.Stored[n])
		}
	}
}

// one inspects one backup.
func (i Inspection) one(ctx context.Context, st *StoredBackup) {
	st.inspected = true
	if i.Limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, i.Limit)
		defer stop()
	}
	options := backup.Options{Examples: i.Examples, Budget: i.budget, Now: time.Now()}
	options.Keys, options.Locked = i.Passwords.open(ctx, st.Folder, st.Backup)
	options.Progress = i.Screen.BackupProgress(quotedOwner(st.Backup))
	if i.Problem != nil {
		options.Problem = func(p backup.Problem) { i.Problem(st.Folder, p) }
	}
	prove := backup.Quick
	if i.Depth == device.DeepLook {
		prove = backup.Deep
	}
	st.Backup.Proof = device.Known(prove(ctx, st.Folder, options))
	if i.Evidence {
		history := backup.Evidence(ctx, st.Folder, options)
		st.history = &history
	}
	i.Screen.Status("")
}
