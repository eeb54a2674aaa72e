package backup

import (
	"cmp"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// An inspector looks at one file after the other. Each worker has its own.
type inspector struct {
	*verification
	ctx       context.Context
	encrypted bool
	hash      hash.Hash
	buffer    []byte
	sum       []byte
}

// readSize is how much is read at once; from 32 KiB to 4 MiB it makes no difference.
const readSize = 256 << 10

func newInspector(ctx context.Context, v *verification) *inspector {
	i := &inspector{verification: v, ctx: ctx, encrypted: v.properties.isEncrypted()}
	if v.depth == device.DeepLook {
		i.hash, i.buffer = sha1.New(), make([]byte, readSize)
	}
	return i
}

// inspect looks at the file of one task.
func (i *inspector) inspect(b *batch, t *task) {
	file, info, err := i.look(t.id)
	if file != nil {
		defer file.Close()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && i.isAway(t.id):
		i.fault(cloudPlaceholder, b, t, "")
		return
	case errors.Is(err, fs.ErrNotExist):
		t.domain.missing.Add(1)
		i.fault(blobMissing, b, t, "")
		return
	case errors.Is(err, fs.ErrPermission):
		i.fault(noPermission, b, t, "")
		return
	case err != nil:
		i.fault(blobUnreadable, b, t, shortError(err))
		return
	}
	i.found.Add(1)
	i.foundIn[t.id[0]].Add(1)
	switch {
	case !info.regular:
		i.fault(blobAltered, b, t, "it is not a file")
		return
	case t.unreadable:
		return
	}
	stored := info.size
	i.stored.Add(stored)
	if !t.hasDigest {
		i.without.Add(1)
	}
	switch {
	case info.dataless:
		i.fault(cloudPlaceholder, b, t, "")
	case stored == 0 && (t.size > 0 || i.encrypted):
		i.fault(blobEmpty, b, t, fmt.Sprintf("recorded with %d bytes", t.size))
	case i.encrypted && stored%cbc.BlockSize != 0:
		i.fault(blobTruncated, b, t, fmt.Sprintf("%d bytes are not a multiple of 16", stored))
	case file != nil && stored > 0:
		i.contents(b, t, file, stored)
	case !i.fits(t, stored):
		i.length(b, t, stored)
	}
}

// look looks at a file and, on a deep look, opens it.
func (i *inspector) look(id manifest.FileID) (*blobFile, blobInfo, error) {
	if i.depth == device.DeepLook {
		return i.blobs.open(id)
	}
	info, err := i.blobs.lstat(id)
	return nil, info, err
}

// isAway reports whether a cloud drive left its mark in place of a file: .NAME.icloud.
func (i *inspector) isAway(id manifest.FileID) bool {
	folder, name := path.Split(i.blobs.path(id[0], id))
	return i.exists(folder + "." + name + ".icloud")
}

func (i *inspector) fault(mode *Mode, b *batch, t *task, detail string) {
	if damaged := i.inner[t.id]; damaged != nil {
		damaged.Store(true)
	}
	i.faults.addFile(mode, b.problem(t, detail))
}

// fits reports whether a file is as long as recorded.
func (i *inspector) fits(t *task, stored uint64) bool {
	switch {
	case !t.hasSize:
		return true
	case !i.encrypted:
		return stored == t.size
	default:
		return stored == cbc.StoredSize(t.size)
	}
}

// contents reads a file: in full if its digest can be compared, else only as much as its
// length needs.
func (i *inspector) contents(b *batch, t *task, file *blobFile, stored uint64) {
	var right bool
	if t.hasDigest {
		right = i.digest(b, t, file, stored)
	} else {
		right = i.measure(b, t, file, stored)
	}
	if right && i.encrypted && i.options.Keys != nil && t.hasKey {
		i.padding(b, t, file, stored)
	}
}

func (i *inspector) unread(b *batch, t *task, err error) {
	mode := blobUnreadable
	switch {
	case errors.Is(err, fs.ErrNotExist):
		mode = blobMissing // it went while it was being looked at
		t.domain.missing.Add(1)
	case errors.Is(err, fs.ErrPermission):
		mode = noPermission
	}
	i.fault(mode, b, t, shortError(err))
}

// digest compares the SHA-1 of the bytes as stored, and reports whether it is right. Where
// it is, the length does not matter.
func (i *inspector) digest(b *batch, t *task, file *blobFile, stored uint64) bool {
	i.hash.Reset()
	n, err := i.read(file, stored)
	switch {
	case i.ctx.Err() != nil:
		return false // part of a file proves nothing
	case err != nil:
		i.unread(b, t, err)
		return false
	}
	i.sum = i.hash.Sum(i.sum[:0])
	if string(i.sum) != string(t.digest[:]) {
		i.fault(blobAltered, b, t, fmt.Sprintf("the digest of its %d bytes is not the one recorded", n))
		return false
	}
	i.digested.Add(1)
	return true
}

// read hashes a file of a known length. Unlike io.Copy it does not ask for more at the end,
// which for small files is a third of the system calls.
func (i *inspector) read(file *blobFile, length uint64) (total uint64, err error) {
	for total < length && i.ctx.Err() == nil {
		n, err := file.Read(i.buffer)
		i.hash.Write(i.buffer[:n])
		i.digestBytes.Add(uint64(n))
		total += uint64(n)
		if errors.Is(err, io.EOF) {
			return total, nil // it became shorter, and its digest another
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// length looks into a file that is not as long as recorded.
func (i *inspector) length(b *batch, t *task, stored uint64) {
	file, _, err := i.blobs.open(t.id)
	if err != nil || file == nil {
		i.unread(b, t, cmp.Or(err, fs.ErrNotExist)) // another thing took its place meanwhile
		return
	}
	defer file.Close()
	i.measure(b, t, file, stored)
}

// measure compares the length of a file with the one a database states in its header or
// else with the one recorded, and reports whether it is right.
func (i *inspector) measure(b *batch, t *task, file *blobFile, stored uint64) bool {
	head, known, err := i.head(t, file, stored)
	if err != nil {
		i.unread(b, t, err)
		return false
	}
	expected, isDatabase := sqliteSize(head)
	if isDatabase && i.encrypted {
		expected = cbc.StoredSize(expected)
	}
	switch {
	case isDatabase && stored < expected:
		i.fault(blobTruncated, b, t, fmt.Sprintf("%d of the %d bytes that its header states", stored, expected))
	case isDatabase && stored > expected:
		i.fault(blobLength, b, t, fmt.Sprintf("%d bytes, and its header states %d", stored, expected))
	case isDatabase || i.fits(t, stored):
		return true
	case i.encrypted && stored == t.size:
		i.fault(blobPadding, b, t, "its last block is missing")
	case known && stored < t.size:
		i.fault(blobTruncated, b, t, fmt.Sprintf("%d of %d bytes", stored, t.size))
	default:
		i.fault(blobLength, b, t, fmt.Sprintf("%d bytes stored, %d recorded", stored, t.size))
	}
	return false
}

// head is the first bytes of a file in clear. known is false if the file is encrypted and
// there is no key to it.
func (i *inspector) head(t *task, file *blobFile, stored uint64) (head []byte, known bool, err error) {
	var source io.ReaderAt = file
	if i.encrypted {
		key, ok := i.key(t)
		if !ok {
			return nil, false, nil
		}
		source, err = cbc.NewReaderAt(file, int64(stored), key)
		if err != nil {
			return nil, false, err
		}
	}
	buffer := make([]byte, sqliteHeadSize)
	n, err := source.ReadAt(buffer, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return buffer[:n], true, err
}

// key is the file's own key, if there is a password to it.
func (i *inspector) key(t *task) ([]byte, bool) {
	if i.options.Keys == nil || !t.hasKey {
		return nil, false
	}
	key, err := i.options.Keys.Unwrap(t.key[:])
	return key, err == nil
}

// padding decrypts the end of a file.
func (i *inspector) padding(b *batch, t *task, file *blobFile, stored uint64) {
	key, ok := i.key(t)
	if !ok {
		i.fault(fileKey, b, t, "")
		return
	}
	plain, err := cbc.NewReaderAt(file, int64(stored), key)
	if err != nil {
		i.unread(b, t, err)
		return
	}
	if !plain.Padded() {
		i.fault(blobPadding, b, t, "")
	}
}
