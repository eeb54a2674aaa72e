package backup

import (
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"hash"
	"io/fs"
	"path"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// An inspector inspects one file after another. Each worker has its own.
type inspector struct {
	*verification
	tally
	ctx    context.Context
	hash   hash.Hash
	buffer []byte
	sum    []byte
	arrival
}

// A tally holds an inspector's counts.
type tally struct {
	found, stored                                      uint64
	keyed, padded                                      uint64 // encrypted files, and those with correct padding
	lengthsRight, lengthsByHeader, lengthsUnknown      uint64
	longer                                             uint64 // longer than recorded, without a digest
	withDigest, digestsRight, digestsLeft, withoutOnes uint64
	asRecorded, asEncrypted                            uint64 // files with their recorded length, and with that of their ciphertext
	emptyLeft                                          uint64 // of digestsLeft: files of 0 bytes, as recorded
	receivedRight                                      uint64 // files identical to what arrived
	touched                                            uint64 // files modified during the inspection
	newest                                             int64  // modification time of the newest file, in Unix nanoseconds

	ids [256]fileSet // IDs of the files found, by first byte
}

func (t *tally) add(o *tally) {
	t.found += o.found
	t.stored += o.stored
	t.keyed += o.keyed
	t.padded += o.padded
	t.lengthsRight += o.lengthsRight
	t.lengthsByHeader += o.lengthsByHeader
	t.lengthsUnknown += o.lengthsUnknown
	t.longer += o.longer
	t.withDigest += o.withDigest
	t.digestsRight += o.digestsRight
	t.digestsLeft += o.digestsLeft
	t.asRecorded += o.asRecorded
	t.asEncrypted += o.asEncrypted
	t.emptyLeft += o.emptyLeft
	t.withoutOnes += o.withoutOnes
	t.receivedRight += o.receivedRight
	t.touched += o.touched
	t.newest = max(t.newest, o.newest)
	for in := range t.ids {
		t.ids[in].count += o.ids[in].count
		t.ids[in].sum += o.ids[in].sum
	}
}

// readSize is the size of a read; anything from 32 KiB to 4 MiB is equally fast.
const readSize = 256 << 10

// inspectors are pooled, as verifications are.
var inspectors = sync.Pool{New: func() any { return &inspector{} }}

func newInspector(ctx context.Context, v *verification) *inspector {
	i := inspectors.Get().(*inspector)
	i.verification, i.ctx = v, ctx
	if v.depth == device.DeepLook {
		i.hash, i.sum256, i.buffer = sha1.New(), sha256.New(), make([]byte, readSize)
	}
	return i
}

// end adds what was counted to the verification. The inspector may not be used afterwards.
func (i *inspector) end() {
	i.count(&i.tally)
	*i = inspector{}
	inspectors.Put(i)
}

// inspectAll inspects the files of a batch until ctx ends.
func (i *inspector) inspectAll(b *batch) {
	for n := range b.tasks {
		if i.ctx.Err() == nil {
			i.inspect(b, &b.tasks[n])
		}
	}
}

// inspect inspects the file of one task.
func (i *inspector) inspect(b *batch, t *task) {
	file, info, err := i.look(t)
	if file != nil {
		defer file.Close()
	}
	if err != nil && !i.canBeSeen(b, t, &info, err) {
		return
	}
	i.ids[t.id[0]].add(t.id)
	if info.link {
		i.leaveOpen(device.StatementFiles, linked, b, t, "")
		return
	}
	if !info.regular {
		i.refute(device.StatementFiles, blobAltered, b, t, "it is not a file")
		return
	}
	i.found++
	i.stored += info.size
	i.newest = max(i.newest, info.modified)
	if info.modified > i.began && info.modified <= time.Now().UnixNano() {
		i.touched++
	}
	switch {
	case t.unreadable:
		return // the list is already refuted, and there is nothing to compare with
	case t.hasDigest:
		i.withDigest++
	default:
		i.withoutOnes++
	}
	if t.hasKey && i.kind == locked {
		i.keyed++
	}
	if info.dataless {
		i.leaveOpen(device.StatementFiles, cloudPlaceholder, b, t, "")
		i.keepDigest(t)
		return
	}
	if i.options.Received != nil && !i.known && i.comparesDigests() {
		i.leaveOpen(device.StatementDigests, recordMissing, b, t, "")
	}
	i.contents(b, t, file, info.size)
}

// look stats a file and opens it if its contents are needed. A deep verification opens every file:
// one that may not be read proves nothing.
func (i *inspector) look(t *task) (*blobFile, blobInfo, error) {
	i.recall(t)
	if i.depth == device.DeepLook && !i.spares() || i.unlocks(t) {
		return i.blobs.open(t.id)
	}
	info, err := i.blobs.lstat(t.id)
	return nil, info, err
}

// canBeSeen records why a file could not be opened or statted. An unreadable file can still
// exist and have a length.
func (i *inspector) canBeSeen(b *batch, t *task, info *blobInfo, err error) bool {
	switch {
	case errors.Is(err, fs.ErrNotExist) && i.isAway(t.id):
		i.leaveOpen(device.StatementFiles, cloudPlaceholder, b, t, "")
	case errors.Is(err, fs.ErrNotExist):
		i.miss(b, t)
	case errors.Is(err, fs.ErrPermission), obstacle(err) != nil:
		seen, hidden := i.blobs.lstat(t.id)
		if hidden != nil {
			i.leaveOpen(device.StatementFiles, cmp.Or(obstacle(err), noPermission), b, t, "")
			return false
		}
		if *info = seen; seen.regular { // opening a socket fails like a disk that is gone
			i.unread(b, t, err)
		}
		return true
	case errors.Is(err, errLink):
		i.leaveOpen(device.StatementFiles, linked, b, t, "its folder is a link")
	default:
		i.unread(b, t, err)
	}
	return false
}

// miss records a missing file.
func (i *inspector) miss(b *batch, t *task) {
	t.domain.missing.Add(1)
	i.missingIn[t.id[0]].Store(true)
	i.refute(device.StatementFiles, blobMissing, b, t, "")
}

// isAway reports whether a cloud drive left its placeholder, .NAME.icloud, for a file or for
// its folder.
func (i *inspector) isAway(id manifest.FileID) bool {
	folder, name := path.Split(i.blobs.path(id[0], id))
	_, err := i.root.Lstat(folder + "." + name + ".icloud")
	return err == nil || folder != "" && i.isInCloud(path.Clean(folder))
}

// refute records a fault of one file that makes a statement false.
func (i *inspector) refute(id device.StatementID, mode *Mode, b *batch, t *task, detail string) {
	i.statements.mark(id, device.ShownFalse, mode)
	i.remark(mode, b, t, detail)
}

// leaveOpen records a fault of one file that keeps a statement from being shown.
func (i *inspector) leaveOpen(id device.StatementID, mode *Mode, b *batch, t *task, detail string) {
	i.statements.mark(id, device.ShownNeither, mode)
	i.remark(mode, b, t, detail)
}

// remark records a fault of one file that affects no statement.
func (i *inspector) remark(mode *Mode, b *batch, t *task, detail string) {
	if inner := i.inner[t.id]; inner != nil {
		inner.Store(innerFaulty)
	}
	i.faults.addFile(mode, b.problem(t, detail))
}

// unread records that a file could not be read.
func (i *inspector) unread(b *batch, t *task, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist): // deleted during the inspection
		i.miss(b, t)
	case errors.Is(err, fs.ErrPermission):
		i.leaveOpen(i.contentStatement(t), noPermission, b, t, "")
	case obstacle(err) != nil:
		i.leaveOpen(i.contentStatement(t), obstacle(err), b, t, shortError(err))
	default:
		i.refute(device.StatementFiles, blobUnreadable, b, t, shortError(err))
	}
}

// contentStatement returns the statement that reading the file would have shown.
func (i *inspector) contentStatement(t *task) device.StatementID {
	switch {
	case t.hasDigest && i.comparesDigests():
		return device.StatementDigests
	case i.unlocks(t):
		return device.StatementPadding
	default:
		return device.StatementLengths
	}
}

// unlocks reports whether there is a key to decrypt the file.
func (i *inspector) unlocks(t *task) bool {
	return i.kind == locked && i.options.Keys != nil && t.hasKey
}

// comparesDigests reports whether digests are compared, which requires a deep verification and
// files stored as the device sent them.
func (i *inspector) comparesDigests() bool {
	return i.depth == device.DeepLook && i.kind != unknownKind && i.kind != decryptedCopy
}

// keepDigest counts a digest that was not compared.
func (i *inspector) keepDigest(t *task) {
	if t.hasDigest {
		i.digestsLeft++
	}
}
