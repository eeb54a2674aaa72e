package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// Options are how a backup is looked at. The zero Options look at it without a password,
// with as many workers as suit the machine, and tell nobody.
type Options struct {
	Keys     *keybag.Keys   // from Unlock; nil if there is no password
	Workers  int            // files looked at at once; 0 for max(8, 2 × CPUs). 1 suits a spinning disk
	Locked   error          // why Unlock opened nothing, or only a part; nil if it was not tried or opened all
	Examples int            // files of each mode that the proof keeps; 0 for 20
	Budget   *ExampleBudget // of those files, where several backups are looked at; nil for no limit
	Problem  func(Problem)  // told of each file with a fault, one call at a time; the proof has the last word on its mode
	Progress func(Progress) // told a few times a second
	Now      time.Time      // to say that a backup is old; zero if its age does not matter
}

// Progress is how far verification has come.
type Progress struct {
	Rows, TotalRows uint64 // rows of the manifest; TotalRows is 0 while it is not known
	Bytes           uint64 // read from files
}

// Bounds beyond which a backup draws remark.
const (
	oldAfter      = 90 * 24 * time.Hour
	hugeManifest  = 1 << 30
	leastFree     = 1 << 30 // bytes a disk needs to take even a small increment
	progressEvery = 250 * time.Millisecond
)

// Quick proves a backup by its folders, property lists, manifest and the lengths of its
// files, without reading their contents. Only where a length is not the one recorded are
// the first 100 bytes read: databases grow and shrink while they are copied, and say
// themselves how long they are.
//
// It never fails: what kept it from telling is a fault of its own. A ctx that ends makes
// the verdict CannotTell, unless the backup was found broken before.
func Quick(ctx context.Context, folder Folder, options Options) device.Proof {
	return verify(ctx, folder, options, device.QuickLook)
}

// Deep does what [Quick] does, reads every file that carries a digest and compares it and,
// where the backup is unlocked, looks whether each encrypted file ends as it must. Files
// of apps and the camera roll carry no digest: their number is in the proof.
func Deep(ctx context.Context, folder Folder, options Options) device.Proof {
	return verify(ctx, folder, options, device.DeepLook)
}

// verification is one look at one backup.
type verification struct {
	folder  Folder
	options Options
	depth   device.ProofDepth
	root    *os.Root
	faults  *faults
	blobs   blobs

	status     status
	info       info
	properties properties

	rows, listed, found, stored    atomic.Uint64
	digested, digestBytes, without atomic.Uint64
	totalRows                      atomic.Uint64
	foundIn                        [256]atomic.Int64 // files found, by the first byte of their id
	domains                        map[string]*domainCount
	inner                          map[manifest.FileID]*atomic.Bool // databases to look into: whether their file has a fault
}

func verify(ctx context.Context, folder Folder, options Options, depth device.ProofDepth) device.Proof {
	v := &verification{
		folder: folder, options: options, depth: depth,
		faults: newFaults(options), domains: map[string]*domainCount{},
	}
	if v.options.Workers <= 0 {
		v.options.Workers = max(8, 2*runtime.GOMAXPROCS(0))
	}
	root, err := os.OpenRoot(folder.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.faults.add(folderGone, "")
		return v.proof()
	case err != nil:
		v.faults.add(noPermission, "the folder: "+reasonOf(err).Error())
		return v.proof()
	}
	defer root.Close()
	v.root, v.blobs.root = root, root
	defer v.blobs.close()

	if v.lookAtTop() {
		v.lookAtFiles(ctx)
		v.judgeMissing()
		v.judgeLength()
	}
	if ctx.Err() != nil {
		v.faults.add(stopped, "")
	}
	return v.proof()
}

// proof sums up.
func (v *verification) proof() device.Proof {
	harm := v.faults.harm()
	return device.Proof{
		Verdict: harm.verdict(), Depth: v.depth, NextFails: v.nextFails(),
		Listed: v.listed.Load(), Found: v.found.Load(), StoredBytes: v.stored.Load(),
		DigestsRight: v.digested.Load(), DigestedBytes: v.digestBytes.Load(), WithoutDigest: v.without.Load(),
		Faults: v.faults.list(v.listed.Load()),
	}
}

// nextFails reports whether the next backup will fail. Where there is no Status.plist, or
// one of a version it does not read, the device starts afresh and never looks at the rest.
func (v *verification) nextFails() bool {
	afresh := errors.Is(v.status.err, device.Absent) || errors.Is(v.status.err, device.Unsupported)
	for mode := range v.faults.found {
		rereads := mode == statusUnreadable || mode == propertiesUnreadable || mode == manifestUnreadable || mode == keybagInconsistent
		if mode.Harm&HarmsNext != 0 && !(afresh && rereads) {
			return true
		}
	}
	return false
}

// lookAtTop judges the property lists, and reports whether the files are worth a look.
func (v *verification) lookAtTop() bool {
	v.status, v.info, v.properties = readStatus(v.root), readInfo(v.root), readProperties(v.root)
	if errors.Is(v.status.err, device.Absent) && errors.Is(v.properties.err, device.Absent) && !v.exists(dbName) && !v.exists(mbdbName) {
		v.faults.add(interruptedFirst, "")
		return false
	}
	if v.isCrafted() {
		v.faults.add(crafted, "")
		return false
	}
	for _, name := range []string{statusName, propertiesName, dbName, mbdbName} {
		if v.exists("." + name + ".icloud") {
			v.faults.add(cloudPlaceholder, name)
			return false
		}
	}
	v.judgeStatus()
	v.judgeProperties()
	v.judgeInfo()
	v.judgeIdentity()
	v.judgeAge()
	v.judgeDisk(FreeBytes(v.folder.Path))
	return true
}

func (v *verification) exists(name string) bool {
	_, err := v.root.Lstat(name)
	return err == nil
}

// isCrafted knows the folders of tools that restore settings: a backup of 1970 without an
// identifier of its own.
func (v *verification) isCrafted() bool {
	date, err := v.status.date.Get()
	return err == nil && date.Unix() == 0 && strings.Trim(v.status.uuid, "0-") == ""
}

func (v *verification) judgeStatus() {
	state, err := v.status.snapshot.Get()
	switch {
	case errors.Is(v.status.err, device.Absent):
		v.faults.add(statusMissing, "")
	case errors.Is(v.status.err, device.Refused):
		v.faults.add(noPermission, statusName)
	case v.status.err != nil:
		v.faults.add(statusUnreadable, wordsOf(v.status.err))
	case err != nil:
		v.faults.add(statusUnreadable, "SnapshotState: "+wordsOf(err))
	case state == stateUploading:
		v.faults.add(interruptedUpload, "")
	case state == stateMoving:
		v.faults.add(interruptedMove, "")
	case state == stateRemoving:
		v.faults.add(interruptedCleanup, "")
	case state != stateFinished:
		v.faults.add(statusUnreadable, fmt.Sprintf("SnapshotState is %q, which no device writes", short(state)))
	case v.exists(snapshotName):
		v.faults.add(snapshotLeft, "")
	}
}

func (v *verification) judgeProperties() {
	if _, err := v.properties.encrypted.Get(); errors.Is(v.properties.err, device.Refused) {
		v.faults.add(noPermission, propertiesName)
		return
	} else if v.properties.err != nil {
		v.faults.add(propertiesUnreadable, wordsOf(v.properties.err))
		return
	} else if err != nil && !errors.Is(err, device.Absent) {
		v.faults.add(propertiesUnreadable, "IsEncrypted: "+wordsOf(err))
	}
	if !v.properties.isEncrypted() {
		return
	}
	v.faults.add(encrypted, "")
	bag, err := v.properties.bag()
	switch {
	case err != nil:
		v.faults.add(keybagInconsistent, wordsOf(err))
	case len(bag.FirstSalt) > 0 && len(v.properties.manifestKey) == 0 && v.exists(dbName):
		v.faults.add(keybagInconsistent, "no ManifestKey")
	case errors.Is(v.options.Locked, keybag.ErrDamaged):
		v.faults.add(keybagInconsistent, v.options.Locked.Error())
	case len(bag.FirstSalt) == 0 && len(v.properties.manifestKey) > 0:
		v.faults.add(keybagInconsistent, "no DPSL, although there is a ManifestKey")
	}
}

func (v *verification) judgeInfo() {
	switch {
	case v.info.err == nil && !v.info.empty:
	case errors.Is(v.info.err, device.Refused):
		v.faults.add(noPermission, infoName)
	case v.info.empty:
		v.faults.add(infoMissing, "it has none of the keys that backup programs write")
	default:
		v.faults.add(infoMissing, wordsOf(v.info.err))
	}
}

// judgeIdentity compares whose backup the folder's name, Info.plist and Manifest.plist say
// it is. Another version is no fault: the device was updated between two runs.
func (v *verification) judgeIdentity() {
	said, recorded := v.info.identity.UDID, v.properties.identity.UDID
	switch udid := identity(v.folder, v.info, v.properties).UDID; {
	case said != "" && recorded != "" && said != recorded:
		v.faults.add(identityMismatch, "")
	case said+recorded != "" && v.folder.UDID != udid:
		v.faults.add(folderMisnamed, "")
	}
}

func (v *verification) judgeAge() {
	date, err := v.status.date.Get()
	if age := v.options.Now.Sub(date); err == nil && !v.options.Now.IsZero() && age > oldAfter {
		v.faults.add(old, fmt.Sprintf("%d days", int(age.Hours()/24)))
	}
}

func (v *verification) judgeDisk(free uint64, err error) {
	if err == nil && free < leastFree {
		v.faults.add(diskFull, fmt.Sprintf("%d MiB are free", free>>20))
	}
}

// lookAtFiles opens the manifest and compares it with the files.
func (v *verification) lookAtFiles(ctx context.Context) {
	m, err := v.openManifest(ctx)
	switch {
	case errors.Is(err, errClosed):
		v.faults.add(passwordNeeded, v.lockedDetail())
		v.walkWithoutManifest(ctx)
		return
	case errors.Is(err, fs.ErrPermission):
		v.faults.add(noPermission, "the manifest")
		return
	case err != nil:
		if ctx.Err() == nil {
			v.faults.add(manifestUnreadable, shortError(err))
		}
		return
	}
	defer m.Close()
	v.blobs.flat = m.Flat()
	v.prepareInside()
	var check sync.WaitGroup
	check.Go(func() { v.checkManifest(ctx) })
	err = v.compare(ctx, m)
	check.Wait()
	if err != nil && ctx.Err() == nil {
		v.faults.add(manifestUnreadable, shortError(err))
		return // what it does not list any more would pass for orphans
	}
	if ctx.Err() == nil {
		v.findOrphans(ctx, m)
	}
	if ctx.Err() == nil && v.depth == device.DeepLook {
		v.lookInside(ctx)
	}
}

// lockedDetail says why a backup stays closed although a password was given.
func (v *verification) lockedDetail() string {
	if errors.Is(v.options.Locked, keybag.ErrWrongPassword) {
		return keybag.ErrWrongPassword.Error()
	}
	return ""
}

// checkManifest looks for damage that reading the rows would not show. It reads the whole
// database once more, beside the rows, and so through a connection of its own.
func (v *verification) checkManifest(ctx context.Context) {
	m, err := v.openManifest(ctx)
	if err == nil {
		defer m.Close()
		err = m.Check(ctx)
	}
	if err != nil && ctx.Err() == nil {
		v.faults.add(manifestUnreadable, shortError(err))
	}
}

// errClosed is a manifest that needs a password.
var errClosed = errors.New("the manifest is encrypted")

// openManifest opens whichever form there is.
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
	return openDB(ctx, path, size, v.properties, v.options.Keys, func() { v.faults.add(manifestLog, "") })
}

// manifestSize refuses what cannot be a manifest before anything opens it.
func (v *verification) manifestSize(name string) (int64, error) {
	info, err := v.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, errors.New("it is missing")
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, errors.New("it is no file")
	case info.Size() == 0:
		return 0, errors.New("it is empty")
	}
	return info.Size(), nil
}

// short bounds a text from the backup that goes into a report.
func short(text string) string {
	const most = 40
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// shortError keeps the part of an error that is ours: no path, no length without end.
func shortError(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return strings.ToValidUTF8(fmt.Sprintf("%.200s", err), "\uFFFD")
}
