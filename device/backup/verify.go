package backup

import (
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// Options control verification. The zero Options verify without a password, with a number of
// workers that suits the machine, and without callbacks.
type Options struct {
	Keys       *keybag.Keys                           // from Unlock; nil if there is no password
	Workers    int                                    // files inspected concurrently; 0 for max(8, 2 × CPUs). Use 1 for a spinning disk
	Locked     error                                  // why Unlock failed, entirely or in part; nil if it was not tried or succeeded
	Examples   int                                    // files of each mode kept in the proof; 0 for 20
	Budget     *ExampleBudget                         // for those files, shared by several backups; nil for no limit
	Received   func(manifest.FileID) (Received, bool) // returns what is known of a file as the device sent it; nil if that was not recorded. If it is set, a quick look proves nothing
	NotSent    []device.BackupProblem                 // files that the device could not read, which its list therefore omits
	NotSentErr error                                  // why those are not known; nil if they are
	Problem    func(Problem)                          // called for each file with a fault, one call at a time; the mode may still change in the proof
	Progress   func(Progress)                         // called a few times a second
	Lists      *Lists                                 // from ReadLists, to spare reading them again; nil to read them
	Now        time.Time                              // to tell whether a backup is old; zero if its age does not matter
}

// Received describes a stored file as the device sent it.
type Received struct {
	Size   uint64
	SHA1   [sha1.Size]byte
	SHA256 [sha256.Size]byte
	Seen   bool // its bytes need not be read: recorded digests are compared with those of the bytes received
}

// Progress is the progress of verification.
type Progress struct {
	Rows, TotalRows uint64 // rows of the manifest; TotalRows is 0 while unknown
	Bytes           uint64 // read from files
}

// Thresholds beyond which a backup is remarked on.
const (
	oldAfter      = 90 * 24 * time.Hour
	mayBeAhead    = 24 * time.Hour // clocks and zones differ
	hugeManifest  = 1 << 30
	leastFree     = 1 << 30 // bytes free on the disk; how much the next backup needs is not known
	progressEvery = 250 * time.Millisecond
)

// Quick checks a backup's folders, property lists, manifest and file lengths. It reads the
// first 100 bytes of unencrypted files whose length differs from the recorded one: databases
// grow and shrink while they are copied, and their header states their length. If the backup is
// unlocked, it reads the last block of each encrypted file.
//
// It never fails: what prevented a check is recorded as a fault and leaves statements open.
// When ctx ends, whatever was neither shown nor refuted stays open.
func Quick(ctx context.Context, folder Folder, options Options) device.Proof {
	return verify(ctx, folder, options, device.QuickLook)
}

// Deep does what [Quick] does, opens every file, compares every recorded digest, and runs SQLite's
// integrity check on the indexes of the manifest and on some databases in the backup. Files of apps and
// the camera roll carry no digest; the proof has their number.
func Deep(ctx context.Context, folder Folder, options Options) device.Proof {
	return verify(ctx, folder, options, device.DeepLook)
}

// verification is one verification of one backup.
type verification struct {
	folder     Folder
	options    Options
	depth      device.ProofDepth
	root       *os.Root
	top        blobDirectory // the folder itself
	statements statements
	faults     *faults
	blobs      blobs
	began      int64 // Unix nanoseconds

	status     status
	info       info
	properties properties
	lost       *Mode    // why Manifest.plist is unavailable; nil if it is available
	kind       kind     // how the files are stored
	classes    []uint32 // protection classes whose keys a password opens; nil if the keybag is not readable
	inTop      struct { // top-level names
		once  sync.Once
		names []string
		err   error
	}
	dbSize    uint64      // of Manifest.db, in bytes; 0 if there is none
	clearList atomic.Bool // Manifest.db is unencrypted
	hasLog    bool        // Manifest.db has a write-ahead log

	rows, listed, unlisted, storedBytes atomic.Uint64
	digestBytes, totalRows              atomic.Uint64
	domains                             map[string]*domainCount
	missingIn                           [256]atomic.Bool                  // whether files are missing, by the first byte of their IDs
	inner                               map[manifest.FileID]*atomic.Int32 // databases to check, with what is known of each one's file

	mu     sync.Mutex
	counts tally        // of the workers that have finished
	here   [256]fileSet // IDs of the files in the folders, by first byte
}

// verifications are pooled: each has 20 KB of counts by first byte of an ID, and a folder may hold
// thousands of small backups.
var verifications = sync.Pool{New: func() any { return &verification{} }}

func verify(ctx context.Context, folder Folder, options Options, depth device.ProofDepth) device.Proof {
	v := verifications.Get().(*verification)
	defer func() {
		*v = verification{}
		verifications.Put(v)
	}()
	v.folder, v.options, v.depth, v.began = folder, options, depth, time.Now().UnixNano()
	v.faults, v.domains = newFaults(options), map[string]*domainCount{}
	if v.options.Workers <= 0 {
		v.options.Workers = max(8, 2*runtime.GOMAXPROCS(0))
	}
	if depth == device.QuickLook {
		if options.Received == nil {
			v.statements.skip(device.StatementDigests, "a quick look reads no contents")
		} else {
			v.leaveOpen(device.StatementDigests, notProved, "")
		}
		v.statements.skip(device.StatementDatabases, "a quick look reads no contents")
	}
	if options.Keys == nil && options.Locked == nil {
		v.statements.skip(device.StatementPadding, "no password was given")
	}
	if folder.Away {
		v.leaveOpen(device.StatementLayout, cloudPlaceholder, "the folder itself")
		return v.proof()
	}
	if ctx.Err() != nil { // a run that ends may leave thousands of folders
		v.leaveStopped(ctx)
		return v.proof()
	}
	root, err := os.OpenRoot(folder.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.leaveOpen(device.StatementLayout, folderGone, "")
		return v.proof()
	case err != nil:
		v.leaveOpen(device.StatementLayout, cmp.Or(obstacle(err), noPermission), "the folder: "+reasonOf(err).Error())
		return v.proof()
	}
	defer root.Close()
	v.root, v.blobs.root = root, root
	defer v.blobs.close()
	if v.top, err = openDirectory(root, "."); err != nil {
		v.leaveOpen(device.StatementLayout, cmp.Or(obstacle(err), noPermission), "the folder: "+reasonOf(err).Error())
		return v.proof()
	}
	defer v.top.close()

	began, _ := root.Stat(".")
	before := v.marks()
	if v.lookAtTop(before) {
		v.lookAtFiles(ctx)
		v.judgeMissing()
		v.judgeNotSent()
		v.judgeLength()
	}
	v.judgeChange(before)
	if v.isGone(began) {
		v.withdraw()
	}
	if ctx.Err() != nil {
		v.leaveStopped(ctx)
	}
	return v.proof()
}

// isGone reports whether another folder, or none, is now where the verification began. began is nil
// if the folder could not be looked at then.
func (v *verification) isGone(began fs.FileInfo) bool {
	now, err := os.Stat(v.folder.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist), obstacle(err) == readFailed:
		return true
	case err != nil || began == nil:
		return false
	default:
		return !os.SameFile(began, now)
	}
}

// withdraw takes back what was found in a folder that is gone: on a disk that was pulled out, every
// file looks missing or damaged.
func (v *verification) withdraw() {
	v.faults = newFaults(v.options)
	v.faults.add(folderGone, "")
	v.statements.withdraw(folderGone)
}

// leaveStopped records that ctx ended before everything was shown or refuted.
func (v *verification) leaveStopped(ctx context.Context) {
	mode := stopped
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		mode = outOfTime
	}
	v.faults.add(mode, "")
	v.statements.leaveRest(mode)
}

// proof builds the proof.
func (v *verification) proof() device.Proof {
	c := &v.counts
	v.statements.count(device.StatementList, v.rows.Load(), max(v.rows.Load(), v.totalRows.Load()))
	v.statements.count(device.StatementFiles, c.found, v.listed.Load())
	v.statements.count(device.StatementLengths, c.lengthsRight, v.listed.Load()-min(v.listed.Load(), c.lengthsUnknown))
	v.statements.count(device.StatementPadding, c.padded, c.keyed)
	v.statements.count(device.StatementDigests, c.digestsRight, c.withDigest)
	return device.Proof{
		Depth: v.depth, Statements: v.statements.list(), NextFails: v.nextFails(),
		Listed: v.listed.Load(), Found: c.found, StoredBytes: c.stored + v.storedBytes.Load(),
		LengthsByHeader: c.lengthsByHeader, LengthsUnknown: c.lengthsUnknown, Longer: c.longer, Unlisted: v.unlisted.Load(),
		DigestsRight: c.digestsRight, DigestedBytes: v.digestBytes.Load(), DigestsLeft: c.digestsLeft, WithoutDigest: c.withoutOnes, ReceivedRight: c.receivedRight,
		Faults: v.faults.list(v.listed.Load()),
	}
}

// nextFails reports whether the next backup will fail. If Status.plist is missing or of an
// unsupported version, the device starts over and ignores the rest; if the last backup was
// uploading, it continues.
func (v *verification) nextFails() bool {
	state, _ := v.status.snapshot.Get()
	passesBy := errors.Is(v.status.err, device.Absent) || errors.Is(v.status.err, device.Unsupported) || state == stateUploading
	for mode := range v.faults.found {
		rereads := mode == statusUnreadable || mode == propertiesUnreadable || mode == manifestUnreadable || mode == keybagInconsistent
		if mode.NextFails && !(passesBy && rereads) {
			return true
		}
	}
	return false
}

// short truncates a text from the backup that goes into a report.
func short(text string) string {
	const most = 40
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// shortError keeps the safe part of an error: no path, bounded length.
func shortError(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return strings.ToValidUTF8(fmt.Sprintf("%.200s", err), "\uFFFD")
}
