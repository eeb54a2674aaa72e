package backup

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

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
	if v.depth == device.DeepLook {
		v.prepareInside()
	}
	v.judgeJournal(m)
	v.judgeLog(ctx, m)
	var check sync.WaitGroup
	large := !m.Flat() && v.dbSize >= largeManifest
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
	info, err := v.lstat(dbName + "-journal")
	switch {
	case m.Flat() || err != nil:
	case info.link:
		v.leaveOpen(device.StatementList, linked, dbName+"-journal")
	case !info.regular:
		v.leaveOpen(device.StatementList, listIncomplete, "a rollback journal is beside it, and it is not a file")
	case info.size > 0:
		spent, err := v.isSpent(dbName + "-journal")
		switch {
		case unseen(err) != nil:
			v.leaveOpen(device.StatementList, unseen(err), dbName+"-journal")
		case !spent:
			v.leaveOpen(device.StatementList, listIncomplete, "the rollback journal of an interrupted change is beside it")
		}
	}
}

// isSpent reports whether a rollback journal begins with a zero, which SQLite writes at the end of
// a change if it keeps the file.
func (v *verification) isSpent(name string) (bool, error) {
	file, _, err := v.top.open(name)
	if err != nil || file == nil {
		return false, err
	}
	defer file.Close()
	first := []byte{1}
	_, err = file.ReadAt(first, 0)
	return err == nil && first[0] == 0, err
}

// judgeLog checks the write-ahead log of a Manifest.db, which was read with the list unless that
// is encrypted. SQLite ignores a damaged log without an error.
func (v *verification) judgeLog(ctx context.Context, m manifest.Manifest) {
	info, err := v.lstat(dbName + "-wal")
	switch v.hasLog = !m.Flat() && err == nil && info.regular && info.size > 0; {
	case !m.Flat() && err == nil && info.link:
		v.leaveOpen(device.StatementList, linked, dbName+"-wal")
	case !m.Flat() && err == nil && !info.regular:
		v.leaveOpen(device.StatementList, listIncomplete, "a log of changes is beside it, and it is not a file")
	case !m.Flat() && v.isInCloud(dbName+"-wal"):
		v.leaveOpen(device.StatementList, cloudPlaceholder, dbName+"-wal")
	case !v.hasLog:
	case !v.clearList.Load():
		v.leaveOpen(device.StatementList, listIncomplete, "a log of changes is beside it, and it is encrypted")
	default:
		err := database.CheckLog(ctx, filepath.Join(v.folder.Path, dbName))
		switch {
		case ctx.Err() != nil:
		case err == nil:
			v.faults.add(manifestLog, "")
		default:
			v.leaveOpen(device.StatementList, cmp.Or(obstacle(err), listIncomplete), shortError(err))
		}
	}
}

// concludeFiles marks what was shown of the files after every row was read and every listed
// file was inspected.
func (v *verification) concludeFiles() {
	if v.counts.found < v.listed.Load() {
		v.statements.leaveWith(device.StatementFiles, device.StatementLengths, device.StatementPadding, device.StatementDigests)
	}
	if v.kind == plain && v.counts.asEncrypted > 0 && v.counts.asRecorded == 0 {
		v.contradiction(asLongAsEncrypted)
	}
	v.statements.show(device.StatementList)
	v.statements.show(device.StatementFiles)
	v.statements.show(device.StatementLengths)
	if v.kind == decryptedCopy {
		v.statements.mark(device.StatementDigests, device.ShownNeither, decrypted)
	}
	if v.counts.digestsLeft == v.counts.emptyLeft {
		v.statements.show(device.StatementDigests) // and padding, if requested
	}
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
		_, damage := v.properties.bag()
		switch damage = cmp.Or(damage, v.options.Locked); {
		case damage == nil:
			mode = passwordNeeded
		case errors.Is(damage, keybag.ErrWrongPassword):
			mode, detail = passwordWrong, keybag.ErrWrongPassword.Error()
		default: // no password opens it
			mode, detail = keybagInconsistent, wordsOf(damage)
		}
		v.leaveOpen(device.StatementList, mode, detail)
	case errors.Is(err, errKeysLost):
		mode = v.whyKeysLost()
		v.leaveOpen(device.StatementList, mode, "")
	case errors.Is(err, manifest.ErrLayout) && database.HasLog(filepath.Join(v.folder.Path, dbName)):
		mode = listIncomplete
		v.leaveOpen(device.StatementList, mode, "read with the log of changes beside it, it has no list of files")
	case errors.Is(err, manifest.ErrLayout):
		mode = layoutUnread
		v.leaveOpen(device.StatementLayout, mode, shortError(err))
	case errors.Is(err, errLink):
		mode = linked
		v.leaveOpen(device.StatementList, mode, v.listName())
	case errors.Is(err, fs.ErrPermission):
		mode = noPermission
		v.leaveOpen(device.StatementList, mode, "the manifest")
	case obstacle(err) != nil:
		mode = obstacle(err)
		v.leaveOpen(device.StatementList, mode, shortError(err))
	default:
		v.refute(device.StatementList, mode, shortError(err))
	}
	switch {
	case v.lost != nil:
		v.leaveKindOpen()
	case v.properties.kind() == disputed:
		v.contradiction("IsEncrypted: " + v.denial())
	case errors.Is(err, errClosed) && v.properties.kind() == plain:
		v.contradiction("IsEncrypted is false, and the records are encrypted")
	default:
		v.statements.show(device.StatementKind)
	}
	if v.properties.isEncrypted() {
		v.judgeKeybag()
	}
	v.walkWithoutManifest(ctx, errors.Is(err, errClosed))
	v.statements.leaveRest(mode)
}

// whyKeysLost distinguishes keys lost with Manifest.plist from keys it still has but this
// program cannot extract.
func (v *verification) whyKeysLost() *Mode {
	if errors.Is(v.properties.err, device.Absent) && v.isInCloud(propertiesName) {
		return cloudPlaceholder
	}
	return cmp.Or(unseen(v.properties.err), manifestKeysLost)
}

// largeManifest is the size from which a manifest is checked through its own connection while
// its rows are being read. Opening a connection takes as long as checking 300 KB.
const largeManifest = 4 << 20

// smallManifest is the size up to which a manifest without a log lists so few files that one
// goroutine looks at them sooner than several start.
const smallManifest = 128 << 10

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
	case obstacle(err) != nil:
		v.leaveOpen(device.StatementList, obstacle(err), shortError(err))
	case errors.Is(err, database.ErrUnusedPage):
		v.leaveOpen(device.StatementList, listIncomplete, "a page of it belongs to no table, and its entries may be missing")
	default:
		v.refute(device.StatementList, manifestUnreadable, shortError(err))
	}
}

// judgeRead records why not all rows of the manifest were read.
func (v *verification) judgeRead(err error) {
	if mode := obstacle(err); mode != nil {
		v.leaveOpen(device.StatementList, mode, shortError(err))
		v.statements.leaveRest(mode)
		return
	}
	v.refute(device.StatementList, manifestUnreadable, shortError(err))
	v.statements.leaveRest(manifestUnreadable)
}

// errClosed means that the manifest needs a password.
var errClosed = errors.New("the manifest is encrypted")

// errInCloud means that a cloud drive stores the manifest remotely.
var errInCloud = errors.New("the manifest is only a placeholder of a cloud drive")

// listName returns the name of the list of files.
func (v *verification) listName() string {
	if v.exists(mbdbName) && !v.exists(dbName) {
		return mbdbName
	}
	return dbName
}

// openManifest opens whichever form of manifest exists.
func (v *verification) openManifest(ctx context.Context) (manifest.Manifest, error) {
	if v.listName() == mbdbName {
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
	m, clear, err := openDB(ctx, path, size, v.properties, v.options.Keys)
	if clear {
		v.clearList.Store(true)
	}
	return m, err
}

// manifestSize rejects what cannot be a manifest before anything opens it.
func (v *verification) manifestSize(name string) (int64, error) {
	info, err := v.top.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && (v.isInCloud(dbName) || v.isInCloud(mbdbName)):
		return 0, errInCloud
	case errors.Is(err, fs.ErrNotExist):
		return 0, errors.New("it is missing")
	case err != nil:
		return 0, err
	case info.link:
		return 0, errLink
	case !info.regular:
		return 0, errors.New("it is not a file")
	case info.size == 0:
		return 0, errors.New("it is empty")
	}
	return int64(info.size), nil
}
