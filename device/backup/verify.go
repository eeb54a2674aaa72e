package backup

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// Options control verification. The zero Options verify without a password, with a number of
// workers that suits the machine, and without callbacks.
type Options struct {
	Keys     *keybag.Keys                           // from Unlock; nil if there is no password
	Workers  int                                    // files inspected concurrently; 0 for max(8, 2 × CPUs). Use 1 for a spinning disk
	Locked   error                                  // why Unlock failed, entirely or in part; nil if it was not tried or succeeded
	Examples int                                    // files of each mode kept in the proof; 0 for 20
	Budget   *ExampleBudget                         // for those files, shared by several backups; nil for no limit
	Received func(manifest.FileID) (Received, bool) // returns what is known of a file as the device sent it; nil if nothing is
	Arrived  bool                                   // the files have just arrived: recorded digests are compared with those of the bytes received, and the files are not read again
	Problem  func(Problem)                          // called for each file with a fault, one call at a time; the mode may still change in the proof
	Progress func(Progress)                         // called a few times a second
	Now      time.Time                              // to tell whether a backup is old; zero if its age does not matter
}

// Received describes a stored file as the device sent it.
type Received struct {
	Size   uint64
	SHA1   [sha1.Size]byte
	SHA256 [sha256.Size]byte
}

// Progress is the progress of verification.
type Progress struct {
	Rows, TotalRows uint64 // rows of the manifest; TotalRows is 0 while unknown
	Bytes           uint64 // read from files
}

// Thresholds beyond which a backup is remarked on.
const (
	oldAfter      = 90 * 24 * time.Hour
	hugeManifest  = 1 << 30
	leastFree     = 1 << 30 // bytes a disk needs for even a small incremental backup
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

// Deep does what [Quick] does, compares every recorded digest, and runs SQLite's integrity
// check on the indexes of the manifest and on some databases in the backup. Files of apps and
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
	statements statements
	faults     *faults
	blobs      blobs
	began      int64 // Unix nanoseconds

	status     status
	info       info
	properties properties
	lost       *Mode // why Manifest.plist is unavailable; nil if it is available
	kind       kind  // how the files are stored
	top        struct {
		once  sync.Once
		names []string
		err   error
	}
	clearList atomic.Bool // Manifest.db is unencrypted

	rows, listed, unlisted, storedBytes atomic.Uint64
	digestBytes, totalRows              atomic.Uint64
	domains                             map[string]*domainCount
	inner                               map[manifest.FileID]*atomic.Int32 // databases to check, with what is known of each one's file

	mu     sync.Mutex
	counts tally // of the workers that have finished
}

func verify(ctx context.Context, folder Folder, options Options, depth device.ProofDepth) device.Proof {
	v := &verification{
		folder: folder, options: options, depth: depth, began: time.Now().UnixNano(),
		faults: newFaults(options), domains: map[string]*domainCount{},
	}
	if v.options.Workers <= 0 {
		v.options.Workers = max(8, 2*runtime.GOMAXPROCS(0))
	}
	if depth == device.QuickLook {
		v.statements.skip(device.StatementDigests, "a quick look reads no contents")
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
		v.refute(device.StatementLayout, folderGone, "")
		return v.proof()
	case err != nil:
		v.leaveOpen(device.StatementLayout, noPermission, "the folder: "+reasonOf(err).Error())
		return v.proof()
	}
	defer root.Close()
	v.root, v.blobs.root = root, root
	defer v.blobs.close()

	before := v.marks()
	if v.lookAtTop() {
		v.lookAtFiles(ctx)
		v.judgeMissing()
		v.judgeLength()
	}
	v.judgeChange(before)
	if ctx.Err() != nil {
		v.leaveStopped(ctx)
	}
	return v.proof()
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

// lookAtTop judges the property lists, and reports whether the files are worth checking.
func (v *verification) lookAtTop() bool {
	v.status, v.info, v.properties = readStatus(v.root), readInfo(v.root), readProperties(v.root)
	switch {
	case v.isCrafted():
		v.refute(device.StatementLayout, crafted, "")
		return false
	case v.hasOldLayout():
		v.leaveOpen(device.StatementLayout, layoutUnread, "the one of iOS 2 and 3, with files named .mdinfo and .mddata")
		return false
	case v.isUnknownVersion():
		version, _ := v.properties.version.Get()
		v.leaveOpen(device.StatementLayout, layoutUnread, fmt.Sprintf("Version %q in Manifest.plist", short(version)))
		return false
	case v.neverFinished():
		v.refute(device.StatementState, interruptedFirst, "")
		return false
	}
	v.statements.show(device.StatementLayout)
	v.judgeStatus()
	v.judgeProperties()
	v.judgeInfo()
	v.judgeIdentity()
	v.judgeAge()
	v.judgeDisk(host.FreeBytes(v.folder.Path))
	return true
}

func (v *verification) exists(name string) bool {
	_, err := v.root.Lstat(name)
	return err == nil
}

// isInCloud reports whether a cloud drive left a placeholder for a top-level file.
func (v *verification) isInCloud(name string) bool { return v.exists("." + name + ".icloud") }

// neverFinished reports whether this is an interrupted first backup: its files are still in
// Snapshot, and there is no earlier backup.
func (v *verification) neverFinished() bool {
	state, _ := v.status.snapshot.Get()
	if !errors.Is(v.status.err, device.Absent) && state != stateUploading {
		return false
	}
	for _, name := range []string{propertiesName, dbName, mbdbName} {
		if v.exists(name) || v.isInCloud(name) {
			return false
		}
	}
	names, err := v.names()
	return err == nil && !v.isInCloud(statusName) && !slices.ContainsFunc(names, isOfBackup)
}

// names returns the top-level names, up to maxFolders. They are read only once: if they change
// after that, so do the marks.
func (v *verification) names() ([]string, error) {
	v.top.once.Do(func() { v.top.names, v.top.err = v.readNames() })
	return v.top.names, v.top.err
}

func (v *verification) readNames() ([]string, error) {
	top, err := v.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer top.Close()
	names, err := top.Readdirnames(maxFolders)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return names, err
}

// isOfBackup reports whether a top-level name is that of a stored file or of a folder of stored
// files.
func isOfBackup(name string) bool {
	if len(name) == 2 {
		name = strings.Repeat(name, 20)
	}
	_, ok := manifest.ParseID([]byte(name))
	return ok
}

// hasOldLayout recognizes backups of iOS 2 and 3 by their file names.
func (v *verification) hasOldLayout() bool {
	if v.exists(dbName) || v.exists(mbdbName) {
		return false
	}
	names, err := v.names()
	return err == nil && slices.ContainsFunc(names, func(name string) bool {
		id, extension, _ := strings.Cut(name, ".")
		_, isID := manifest.ParseID([]byte(strings.ToLower(id)))
		return isID && (extension == "mdinfo" || extension == "mddata" || extension == "mdbackup")
	})
}

// isUnknownVersion reports whether Manifest.plist is newer than the last known version.
func (v *verification) isUnknownVersion() bool {
	text, err := v.properties.version.Get()
	if err != nil {
		return false
	}
	version, err := strconv.ParseFloat(text, 64)
	return err == nil && version >= 11
}

// isCrafted recognizes folders made by tools that restore settings: a backup dated 1970 without
// an identifier of its own.
func (v *verification) isCrafted() bool {
	date, err := v.status.date.Get()
	return err == nil && date.Unix() == 0 && strings.Trim(v.status.uuid, "0-") == ""
}

func (v *verification) judgeStatus() {
	state, err := v.status.snapshot.Get()
	switch {
	case errors.Is(v.status.err, device.Absent) && v.isInCloud(statusName):
		v.leaveOpen(device.StatementState, cloudPlaceholder, statusName)
	case errors.Is(v.status.err, device.Absent):
		v.refute(device.StatementState, statusMissing, "")
	case errors.Is(v.status.err, device.Refused):
		v.leaveOpen(device.StatementState, noPermission, statusName)
	case v.status.err != nil:
		v.refute(device.StatementState, statusUnreadable, wordsOf(v.status.err))
	case err != nil:
		v.refute(device.StatementState, statusUnreadable, "SnapshotState: "+wordsOf(err))
	case state == stateUploading:
		v.refute(device.StatementState, interruptedUpload, "")
	case state == stateMoving:
		v.refute(device.StatementState, interruptedMove, "")
	case state == stateRemoving:
		v.faults.add(interruptedCleanup, "")
		v.statements.show(device.StatementState)
	case state != stateFinished:
		v.refute(device.StatementState, statusUnreadable, fmt.Sprintf("SnapshotState is %q, which no device writes", short(state)))
	default:
		v.statements.show(device.StatementState)
		if v.exists(snapshotName) {
			v.faults.add(snapshotLeft, "")
		}
	}
}

func (v *verification) judgeProperties() {
	switch {
	case errors.Is(v.properties.err, device.Absent) && v.isInCloud(propertiesName):
		v.loseProperties(cloudPlaceholder, propertiesName)
	case errors.Is(v.properties.err, device.Refused):
		v.loseProperties(noPermission, propertiesName)
	case v.properties.err != nil:
		v.loseProperties(propertiesUnreadable, wordsOf(v.properties.err))
	}
}

// judgeKeybag checks whether the keys to an encrypted backup are present.
func (v *verification) judgeKeybag() {
	v.faults.add(encrypted, "")
	bag, err := v.properties.bag()
	switch {
	case err != nil:
		v.refute(device.StatementPadding, keybagInconsistent, wordsOf(err))
	case len(bag.FirstSalt) > 0 && len(v.properties.manifestKey) == 0 && v.exists(dbName):
		v.refute(device.StatementPadding, keybagInconsistent, "no ManifestKey")
	case errors.Is(v.options.Locked, keybag.ErrDamaged):
		v.refute(device.StatementPadding, keybagInconsistent, v.options.Locked.Error())
	case len(bag.FirstSalt) == 0 && len(v.properties.manifestKey) > 0:
		v.refute(device.StatementPadding, keybagInconsistent, "no DPSL, although there is a ManifestKey")
	}
}

// loseProperties records that Manifest.plist is unavailable. What that leaves open is settled
// once the list of files is read.
func (v *verification) loseProperties(mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.lost = mode
}

func (v *verification) judgeInfo() {
	switch {
	case v.info.err == nil && !v.info.empty:
		v.statements.show(device.StatementInfo)
	case errors.Is(v.info.err, device.Absent) && v.isInCloud(infoName):
		v.leaveOpen(device.StatementInfo, cloudPlaceholder, infoName)
	case errors.Is(v.info.err, device.Refused):
		v.leaveOpen(device.StatementInfo, noPermission, infoName)
	case v.info.empty:
		v.refute(device.StatementInfo, infoMissing, "it has none of the keys that backup programs write")
	default:
		v.refute(device.StatementInfo, infoMissing, wordsOf(v.info.err))
	}
}

// judgeIdentity compares the identity in the folder's name, Info.plist and Manifest.plist. A
// different version is not a fault: the device was updated between two runs.
func (v *verification) judgeIdentity() {
	said, recorded := v.info.identity.UDID, v.properties.identity.UDID
	switch udid := identity(v.folder, v.info, v.properties).UDID; {
	case said != "" && recorded != "" && said != recorded:
		v.leaveOpen(device.StatementDevice, identityMismatch, "")
		return
	case said+recorded != "" && v.folder.UDID != udid:
		v.faults.add(folderMisnamed, "")
	}
	v.statements.show(device.StatementDevice)
}

func (v *verification) judgeAge() {
	date, err := v.status.date.Get()
	if age := v.options.Now.Sub(date); err == nil && !v.options.Now.IsZero() && age > oldAfter {
		v.faults.add(old, fmt.Sprintf("%d days", int(age.Hours()/24)))
	}
}

func (v *verification) judgeDisk(free uint64, err error) {
	if err == nil && free < leastFree {
		v.faults.add(diskFull, fmt.Sprintf("%d MB are free", free/1_000_000))
	}
}

// lookAtFiles opens the manifest and compares it with the files.
func (v *verification) lookAtFiles(ctx context.Context) {
	m, err := v.openManifest(ctx)
	if err != nil {
		v.judgeUnopened(ctx, err)
		return
	}
	defer m.Close()
	v.blobs.flat = m.Flat()
	v.judgeKind(ctx, m)
	if v.kind == locked {
		v.judgeKeybag()
	}
	v.judgePassword()
	v.prepareInside()
	v.judgeJournal(m)
	var check sync.WaitGroup
	large := v.isLarge(m)
	if large {
		check.Go(func() { v.checkBeside(ctx) })
	}
	err = v.compare(ctx, m)
	check.Wait()
	if !large {
		v.checkManifest(ctx, m)
	}
	if err != nil && ctx.Err() == nil {
		v.judgeRead(err)
		return // files it no longer lists would be reported as orphans
	}
	if ctx.Err() == nil {
		v.findOrphans(ctx, m)
		v.judgeCompleteness()
	}
	if ctx.Err() == nil && v.depth == device.DeepLook {
		v.lookInside(ctx)
	}
	if ctx.Err() == nil {
		v.concludeFiles()
	}
}

// judgeJournal looks for the rollback journal of a Manifest.db: a program was stopped while
// changing the list, and the next to open it for writing would roll the change back.
func (v *verification) judgeJournal(m manifest.Manifest) {
	info, err := v.root.Lstat(dbName + "-journal")
	if !m.Flat() && err == nil && info.Size() > 0 {
		v.leaveOpen(device.StatementList, listIncomplete, "the rollback journal of an interrupted change is beside it")
	}
}

// concludeFiles marks what was shown of the files after every row was read and every listed
// file was inspected.
func (v *verification) concludeFiles() {
	if v.counts.found < v.listed.Load() {
		v.statements.leaveWith(device.StatementFiles, device.StatementLengths, device.StatementPadding, device.StatementDigests)
	}
	v.statements.show(device.StatementList)
	v.statements.show(device.StatementFiles)
	v.statements.show(device.StatementLengths)
	if v.kind == decryptedCopy {
		v.statements.mark(device.StatementDigests, device.ShownNeither, decrypted)
	}
	v.statements.show(device.StatementDigests) // and padding, if requested
	v.statements.show(device.StatementPadding)
}

// judgePassword determines whether the padding of encrypted files can be checked.
func (v *verification) judgePassword() {
	switch {
	case v.kind == locked && v.options.Keys != nil:
		// every file is checked
	case v.kind == locked && errors.Is(v.options.Locked, keybag.ErrWrongPassword):
		v.leaveOpen(device.StatementPadding, passwordWrong, keybag.ErrWrongPassword.Error())
	case v.kind == locked:
		v.statements.skip(device.StatementPadding, "the keybag was not opened")
	case v.kind == decryptedCopy:
		v.statements.skip(device.StatementPadding, "the files are in the clear")
	case v.kind == plain:
		v.statements.skip(device.StatementPadding, "the backup is not encrypted")
	default:
		v.statements.skip(device.StatementPadding, "how the files are stored is not known")
	}
}

// judgeUnopened records why there is no list of files to compare with.
func (v *verification) judgeUnopened(ctx context.Context, err error) {
	mode := manifestUnreadable
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, errInCloud):
		mode = cloudPlaceholder
		v.leaveOpen(device.StatementList, mode, "the list of files")
	case errors.Is(err, errClosed):
		var detail string
		mode = passwordNeeded
		if errors.Is(v.options.Locked, keybag.ErrWrongPassword) {
			mode, detail = passwordWrong, keybag.ErrWrongPassword.Error()
		}
		v.leaveOpen(device.StatementList, mode, detail)
	case errors.Is(err, errKeysLost):
		mode = v.whyKeysLost()
		v.leaveOpen(device.StatementList, mode, "")
	case errors.Is(err, manifest.ErrLayout):
		mode = layoutUnread
		v.leaveOpen(device.StatementLayout, mode, shortError(err))
	case errors.Is(err, fs.ErrPermission):
		mode = noPermission
		v.leaveOpen(device.StatementList, mode, "the manifest")
	case isOfThisComputer(err):
		mode = computerLimit
		v.leaveOpen(device.StatementList, mode, shortError(err))
	default:
		v.refute(device.StatementList, mode, shortError(err))
	}
	switch {
	case v.lost != nil:
		v.leaveKindOpen()
	case v.properties.kind() == disputed:
		v.contradiction("IsEncrypted: " + v.denial())
	default:
		v.statements.show(device.StatementKind)
	}
	if v.properties.isEncrypted() {
		v.judgeKeybag()
	}
	v.walkWithoutManifest(ctx, mode == passwordNeeded || mode == passwordWrong)
	v.statements.leaveRest(mode)
}

// whyKeysLost distinguishes keys lost with Manifest.plist from keys it still has but this
// program cannot extract.
func (v *verification) whyKeysLost() *Mode {
	switch {
	case errors.Is(v.properties.err, device.Absent) && v.isInCloud(propertiesName):
		return cloudPlaceholder
	case errors.Is(v.properties.err, device.Refused):
		return noPermission
	default:
		return manifestKeysLost
	}
}

// largeManifest is the size from which a manifest is checked through its own connection while
// its rows are being read. Opening a connection takes as long as checking 300 KB.
const largeManifest = 4 << 20

func (v *verification) isLarge(m manifest.Manifest) bool {
	info, err := v.root.Lstat(dbName)
	return !m.Flat() && err == nil && info.Size() >= largeManifest
}

// checkBeside checks a manifest while another goroutine reads it.
func (v *verification) checkBeside(ctx context.Context) {
	m, err := v.openManifest(ctx)
	if err != nil {
		v.judgeCheck(ctx, err)
		return
	}
	defer m.Close()
	v.checkManifest(ctx, m)
}

// checkManifest looks for damage that reading the rows would not detect.
func (v *verification) checkManifest(ctx context.Context, m manifest.Manifest) {
	v.judgeCheck(ctx, m.Check(ctx, v.depth == device.DeepLook))
}

func (v *verification) judgeCheck(ctx context.Context, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
	case isOfThisComputer(err):
		v.leaveOpen(device.StatementList, computerLimit, shortError(err))
	default:
		v.refute(device.StatementList, manifestUnreadable, shortError(err))
	}
}

// judgeRead records why not all rows of the manifest were read.
func (v *verification) judgeRead(err error) {
	if isOfThisComputer(err) {
		v.leaveOpen(device.StatementList, computerLimit, shortError(err))
		v.statements.leaveRest(computerLimit)
		return
	}
	v.refute(device.StatementList, manifestUnreadable, shortError(err))
	v.statements.leaveRest(manifestUnreadable)
}

// isOfThisComputer reports whether an error reflects limits of this computer and says nothing
// about the backup.
func isOfThisComputer(err error) bool {
	for _, limit := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOSPC} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return database.IsOutOfMemory(err)
}

// errClosed means that the manifest needs a password.
var errClosed = errors.New("the manifest is encrypted")

// errInCloud means that a cloud drive stores the manifest remotely.
var errInCloud = errors.New("the manifest is only a placeholder of a cloud drive")

// openManifest opens whichever form of manifest exists.
func (v *verification) openManifest(ctx context.Context) (manifest.Manifest, error) {
	if v.exists(mbdbName) && !v.exists(dbName) {
		if _, err := v.manifestSize(mbdbName); err != nil {
			return nil, err
		}
		return manifest.OpenMBDB(filepath.Join(v.folder.Path, mbdbName))
	}
	path := filepath.Join(v.folder.Path, dbName)
	size, err := v.manifestSize(dbName)
	if err != nil {
		return nil, err
	}
	m, clear, err := openDB(ctx, path, size, v.properties, v.options.Keys, func() { v.faults.add(manifestLog, "") })
	if clear {
		v.clearList.Store(true)
	}
	return m, err
}

// manifestSize rejects what cannot be a manifest before anything opens it.
func (v *verification) manifestSize(name string) (int64, error) {
	info, err := v.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && (v.isInCloud(dbName) || v.isInCloud(mbdbName)):
		return 0, errInCloud
	case errors.Is(err, fs.ErrNotExist):
		return 0, errors.New("it is missing")
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, errors.New("it is not a file")
	case info.Size() == 0:
		return 0, errors.New("it is empty")
	}
	return info.Size(), nil
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
