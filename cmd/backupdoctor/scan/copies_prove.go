package scan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
)

// receivedOf converts the arrived content files to the library's records.
func receivedOf(files []mobilebackup.Arrival, now time.Time) []library.Received {
	var list []library.Received
	for _, f := range files {
		if id, ok := manifest.ParseID([]byte(f.Path[max(0, len(f.Path)-2*len(manifest.FileID{})):])); ok {
			list = append(list, library.Received{ID: id, Size: uint64(f.Size), SHA1: f.SHA1, SHA256: f.SHA256, At: now})
		}
	}
	return list
}

// prove verifies a new copy against what arrived, stores the verdict beside it, and then
// removes surplus copies.
func (c *copying) prove(ctx context.Context, shelf *library.Device, copied library.Copy) error {
	c.tell(report.Proving)
	notSent, errNotSent := library.NotSent(copied.Folder)
	if errNotSent == nil {
		c.copy.NotSent = notSent
	}
	c.sayDoing("proving the copy")
	index, err := library.IndexOf(copied.Folder)
	if err != nil {
		return err
	}
	folder := backup.Folder{Path: copied.Folder, UDID: shelf.UDID}
	options := backup.Options{Now: time.Now(), Received: knownOf(index, true), NotSent: c.copy.NotSent, NotSentErr: errNotSent}
	options.Progress = terminal.BackupProgress("proving    "+c.name(), func(text string) { c.board.set(c.number, text, false) })
	options.Keys, options.Locked = c.Inspection.Passwords.open(ctx, folder, backup.Read(ctx, folder))
	damage := library.DamageOf(folder.Path)
	options.Problem = func(p backup.Problem) { damage.See(p.Mode.ID, p.FileID) }
	proof := backup.Deep(ctx, folder, options)
	index.Close()
	c.board.set(c.number, "", false)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.judged(proof)
	if c.copy.Verdict == device.CopyProved {
		if err := library.Confirm(folder.Path, options.Now, false); err != nil {
			return err
		}
	}
	if err := noteProof(folder.Path, proof); err != nil {
		return err
	}
	if noted := library.ReadProof(folder.Path); c.copy.Verdict == device.CopyProved {
		c.copy.ProvedAt = noted.ProvedAt
		if since := noted.Since(); since.Before(c.run.StartedAt.Truncate(time.Second)) { // as precise as the records
			c.copy.OldestAt = since
		}
	}
	if c.copy.Verdict == device.CopyBroken {
		c.sayBroken(proof)
	}
	if c.withdrawn, err = damage.Withdraw(proof); err != nil {
		return err
	}
	for _, other := range c.withdrawn {
		c.say("%s: %s", c.name(), sharedText(other))
	}
	c.prune(shelf)
	return nil
}

// prune removes surplus copies. One that stays takes room, and says nothing about the new copy.
func (c *copying) prune(shelf *library.Device) {
	var err error
	c.removed, err = shelf.Prune(c.Keep)
	for _, old := range c.removed {
		c.say("%s: removed the copy of %s", c.name(), day(old.Made))
	}
	if err != nil {
		c.remark("removing the copies that are no longer needed failed: " + err.Error())
	}
}

// knownOf adapts an index, nil for none, to the lookup that verification uses. arrived means that
// the files were received just now, so only those that had to be read are.
func knownOf(index *library.Index, arrived bool) func(manifest.FileID) (backup.Received, bool) {
	return func(id manifest.FileID) (backup.Received, bool) {
		if index == nil {
			return backup.Received{}, false
		}
		r, ok := index.Find(id)
		return backup.Received{Size: r.Size, SHA1: r.SHA1, SHA256: r.SHA256, Seen: arrived && !r.At.IsZero()}, ok
	}
}

// isUnrecorded reports whether it is not known of some files what arrived.
func isUnrecorded(proof device.Proof) bool {
	return slices.Contains(proof.Statement(device.StatementDigests).Faults, "record-missing")
}

// noteProof stores a verdict beside a copy. Only a deep look shows that it is whole. An unknown
// verdict is not stored, as a better one may be there, unless what that rests on is gone.
func noteProof(folder string, proof device.Proof) error {
	verdict := checks.BackupVerdict(proof)
	if verdict == device.CannotTell && !isUnrecorded(proof) || verdict == device.Whole && proof.Depth != device.DeepLook {
		return nil
	}
	return library.SaveProof(folder, library.Noted{
		ProvedAt: time.Now().UTC(), Whole: verdict == device.Whole, Broken: verdict == device.Broken, Proof: proof,
	})
}

// sayBroken names some damaged files of a copy.
func (c *copying) sayBroken(proof device.Proof) {
	for _, fault := range proof.Faults {
		for n, file := range fault.Examples {
			if n == 3 {
				c.say("  … and %d more", max(0, int(fault.Count)-n))
				break
			}
			c.say("  %s: %s", fault.Mode, device.Quoted(fmt.Sprintf("%s %s", file.Domain, file.Path)))
		}
	}
}

// day formats a time for people.
func day(at time.Time) string { return at.Local().Format("2 Jan 2006, 15:04") }

// sharedText says that the proof of another copy was withdrawn.
func sharedText(other library.Copy) string {
	return "the copy of " + day(other.Made) + " shares damaged files with it, so its proof does not count anymore"
}
