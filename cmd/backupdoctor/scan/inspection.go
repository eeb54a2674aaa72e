package scan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// An Inspection says how backups are inspected.
type Inspection struct {
	Depth     device.ProofDepth
	Passwords *Passwords
	Evidence  bool          // also read the device's own records
	Examples  int           // files to keep for each fault; 0 for a few
	Limit     time.Duration // for one backup; 0 for no limit
	Reverify  bool          // verify library copies again even if their proof still counts, and read the others
	Problem   func(backup.Folder, backup.Problem)
	Screen    *terminal.Screen

	budget *backup.ExampleBudget // shared by all backups of a run
}

// exampleBytes bounds the memory for the examples of one run. All text in them comes from the
// backups.
const exampleBytes = 4 << 20

// beside reports whether two devices may be inspected at the same time. A deep look reads large
// files, fastest one backup at a time; faults are reported, and passwords asked for, in order.
func (i Inspection) beside() bool {
	return i.Depth == device.QuickLook && i.Problem == nil && (i.Passwords == nil || i.Passwords.Ask == nil)
}

// all inspects every backup of a set that was not inspected yet. It never fails: what could not
// be read is unknown.
func (i Inspection) all(ctx context.Context, set BackupSet) {
	if i.budget == nil {
		i.budget = backup.NewExampleBudget(exampleBytes)
	}
	for _, st := range set.Stored {
		if !st.inspected {
			i.one(ctx, st)
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
	options := backup.Options{Examples: i.Examples, Budget: i.budget, Now: time.Now(), Lists: st.lists}
	st.lists = nil
	options.Keys, options.Locked = i.Passwords.open(ctx, st.Folder, st.Backup)
	options.Progress = terminal.BackupProgress(quotedOwner(st.Backup), func(text string) { i.Screen.Status(text) })
	if i.Problem != nil {
		options.Problem = func(p backup.Problem) { i.Problem(st.Folder, p) }
	}
	proof := i.prove(ctx, st.Folder, options)
	st.Backup.Proof = device.Known(proof)
	if slices.ContainsFunc(proof.Faults, func(f device.BackupFault) bool { return f.Mode == "decrypted-copy" }) {
		st.Backup.Encrypted = device.Known(false) // whatever its property lists say, anyone can read it
	}
	if i.Evidence {
		history := backup.Evidence(ctx, st.Folder, options)
		st.history = &history
	}
	i.Screen.Status("")
}

// prove verifies a backup. A copy in a library is whole by the proof stored with it, as long as that
// counts, or by a deep look, which compares it with what arrived and stores the verdict.
func (i Inspection) prove(ctx context.Context, folder backup.Folder, options backup.Options) device.Proof {
	if !library.Holds(folder.Path) {
		return look(ctx, folder, options, i.Depth)
	}
	noted := library.ReadProof(folder.Path)
	if !i.Reverify && (noted.Counts() || noted.Broken()) {
		proof := noted.Proof
		proof.ProvedAt = noted.Since()
		return proof
	}
	depth := i.Depth
	if i.Reverify && !noted.Counts() {
		depth = device.DeepLook
	}
	if depth == device.DeepLook || !noted.Counts() {
		index, err := library.IndexOf(folder.Path)
		if err == nil {
			defer index.Close()
		}
		options.Received = knownOf(index, false)
		options.NotSent, options.NotSentErr = library.NotSent(folder.Path)
	}
	damage, tell := library.DamageOf(folder.Path), options.Problem
	options.Problem = func(p backup.Problem) {
		if damage.See(p.Mode.ID, p.FileID); tell != nil {
			tell(p)
		}
	}
	proof := look(ctx, folder, options, depth)
	others, err := damage.Withdraw(proof)
	for _, other := range others {
		if i.Screen != nil {
			fmt.Fprintf(i.Screen, "%s: %s\n", device.Quoted(folder.Path), sharedText(other))
		}
	}
	err = cmp.Or(err, ctx.Err())
	if err == nil && depth == device.DeepLook && checks.BackupVerdict(proof) == device.Whole {
		err = library.Confirm(folder.Path, options.Now, true)
	}
	if err = cmp.Or(err, noteProof(folder.Path, proof)); err != nil && i.Screen != nil {
		if host.DiskErrorOf(err) != "" {
			err = disk.Explain(err, folder.Path)
		}
		fmt.Fprintf(i.Screen, "the verdict on %s was not noted: %v\n", device.Quoted(folder.Path), err)
	}
	return proof
}

func look(ctx context.Context, folder backup.Folder, options backup.Options, depth device.ProofDepth) device.Proof {
	if depth == device.DeepLook {
		return backup.Deep(ctx, folder, options)
	}
	return backup.Quick(ctx, folder, options)
}
