package backup

import (
	"cmp"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// contents checks the bytes of a file to the requested depth. A matching digest settles the
// length, but a suspicious length does not end the check.
func (i *inspector) contents(b *batch, t *task, file *blobFile, stored uint64) {
	if stored == 0 {
		i.empty(b, t)
		return
	}
	switch {
	case t.hasSize && stored == t.size:
		i.asRecorded++
	case t.hasSize && stored == cbc.StoredSize(t.size):
		i.asEncrypted++
	}
	var settled bool
	switch {
	case i.known && i.received.Size != stored:
		i.keepDigest(t)
		i.refute(device.StatementLengths, blobAltered, b, t, fmt.Sprintf("%s, and %d arrived", counted(stored, "byte", "bytes"), i.received.Size))
		return
	case i.spares() && i.comparesDigests():
		settled = i.digestAsArrived(b, t, stored)
	case file == nil || !i.comparesDigests():
		i.keepDigest(t)
	case t.hasDigest || i.known:
		settled = i.digest(b, t, file, stored)
	}
	if i.kind == locked && !t.hasKey && !(settled && t.hasSize && stored == t.size) {
		// A right digest may be that of bytes that no key opens, unless they are as long as the file.
		i.leaveOpen(device.StatementList, fileKey, b, t, "its record has none")
	}
	if i.kind == locked && t.hasKey && i.options.Keys == nil && i.classes != nil && !slices.Contains(i.classes, keybag.ClassOf(t.key[:])) {
		i.refute(device.StatementPadding, fileKey, b, t, fmt.Sprintf("%v: class %d", keybag.ErrNoClass, keybag.ClassOf(t.key[:])))
	}
	if !settled && i.isCutInBlock(b, t, stored) {
		return
	}
	opened, ok := i.unlock(b, t, file, stored)
	switch {
	case settled:
		i.lengthsRight++
	case ok:
		i.length(b, t, file, opened, stored)
	}
}

// isCutInBlock reports an encrypted file that does not end at a block boundary, which needs no
// key to detect.
func (i *inspector) isCutInBlock(b *batch, t *task, stored uint64) bool {
	if i.kind != locked || !t.hasKey || stored%cbc.BlockSize == 0 {
		return false
	}
	mode := blobAltered
	if t.hasSize && stored < cbc.StoredSize(t.size) {
		mode = blobTruncated
	}
	i.refute(device.StatementLengths, mode, b, t, counted(stored, "byte is", "bytes are")+" not a multiple of 16, as every encrypted file is")
	return true
}

// empty checks a file of 0 bytes. An encrypted file that is empty on the device is usually stored
// as a block of padding, which its digest covers; stored with 0 bytes, it has lost nothing.
func (i *inspector) empty(b *batch, t *task) {
	compared := t.hasDigest && i.comparesDigests()
	if i.known && i.received.Size == 0 && i.comparesDigests() {
		i.receivedRight++
	}
	switch {
	case compared && t.digest == sha1.Sum(nil):
		i.digestsRight++
	case t.hasSize && t.size > 0:
		i.refute(device.StatementLengths, blobEmpty, b, t, "recorded with "+counted(t.size, "byte", "bytes"))
		i.keepDigest(t)
		return
	case i.known && i.received.Size > 0:
		i.refute(device.StatementLengths, blobEmpty, b, t, counted(i.received.Size, "byte", "bytes")+" arrived")
		i.keepDigest(t)
		return
	case compared && (i.kind == plain || !t.hasSize):
		i.refute(device.StatementDigests, blobAltered, b, t, "the digest of its 0 bytes does not match the one recorded")
		return
	case !t.hasSize:
		i.lengthsUnknown++
		i.keepDigest(t)
		if i.unlocks(t) {
			i.leaveOpen(device.StatementPadding, blobPadding, b, t, "0 bytes, and no size is recorded")
		}
		return
	case compared:
		i.emptyLeft++
		i.keepDigest(t)
	default:
		i.keepDigest(t)
	}
	i.lengthsRight++
	if t.hasKey && i.kind == locked {
		i.padded++ // there is no block that could be wrong
	}
}

// digest compares the SHA-1 of the stored bytes, and reports whether it matches.
func (i *inspector) digest(b *batch, t *task, file *blobFile, stored uint64) bool {
	i.hash.Reset()
	i.sum256.Reset()
	n, err := i.read(file, stored)
	switch {
	case i.ctx.Err() != nil:
		i.keepDigest(t) // part of a file proves nothing
		return false
	case err != nil:
		i.keepDigest(t)
		i.unread(b, t, err)
		return false
	}
	if i.known && !i.isAsArrived(b, t) {
		i.keepDigest(t)
		return false
	}
	if !t.hasDigest {
		return false // the length is still unsettled: the file may have arrived truncated
	}
	i.sum = i.hash.Sum(i.sum[:0])
	if string(i.sum) != string(t.digest[:]) {
		i.refute(device.StatementDigests, blobAltered, b, t, fmt.Sprintf("the digest of its %s does not match the one recorded", counted(n, "byte", "bytes")))
		return false
	}
	i.digestsRight++
	if inner := i.inner[t.id]; inner != nil {
		inner.CompareAndSwap(innerUnknown, innerRight)
	}
	return true
}

// read hashes a file of known length. Unlike io.Copy it does not issue a final read at EOF,
// which for small files saves a third of the system calls.
func (i *inspector) read(file *blobFile, length uint64) (total uint64, err error) {
	for total < length && i.ctx.Err() == nil {
		n, err := file.Read(i.buffer)
		i.hash.Write(i.buffer[:n])
		if i.known {
			i.sum256.Write(i.buffer[:n])
		}
		i.digestBytes.Add(uint64(n))
		total += uint64(n)
		if errors.Is(err, io.EOF) {
			return total, nil // the file shrank, so its digest will differ
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// unlock returns a reader that decrypts an encrypted file, after checking its last block, if
// there is a key. ok is false if nothing is left to check.
func (i *inspector) unlock(b *batch, t *task, file *blobFile, stored uint64) (opened *cbc.ReaderAt, ok bool) {
	if file == nil || !i.unlocks(t) {
		return nil, true
	}
	key, err := i.options.Keys.Unwrap(t.key[:])
	if err != nil {
		i.refute(device.StatementPadding, fileKey, b, t, shortError(err))
		return nil, false
	}
	opened, err = cbc.NewReaderAt(file, int64(stored), key)
	switch {
	case errors.Is(err, cbc.ErrLength):
		i.refute(device.StatementPadding, blobPadding, b, t, "")
		return nil, false
	case err != nil:
		i.unread(b, t, err)
		return nil, false
	case !opened.Padded():
		i.refute(device.StatementPadding, blobPadding, b, t, "")
	default:
		i.padded++
	}
	return opened, true
}

// length compares the length of a file with the recorded one or, if they differ, with the one
// in a database's header: databases grow and shrink while they are copied.
func (i *inspector) length(b *batch, t *task, file *blobFile, opened *cbc.ReaderAt, stored uint64) {
	length := stored // of the file on the device, if known
	known := i.kind == plain || i.kind == decryptedCopy
	if opened != nil {
		length, known = uint64(opened.Size()), true
	}
	switch {
	case !t.hasSize:
		i.lengthsUnknown++
		return
	case i.kind == unknownKind:
		return // Lengths is left open for the backup as a whole
	case known && length == t.size, !known && i.fitsEither(t, stored):
		i.lengthsRight++
		return
	case !known:
		i.leaveOpen(device.StatementLengths, blobLength, b, t, fmt.Sprintf("%s stored encrypted, %d recorded", counted(stored, "byte", "bytes"), t.size))
		return
	}
	header, isDatabase, ok := i.header(b, t, file, opened)
	switch {
	case !ok:
	case isDatabase && length == header:
		i.lengthsRight++
		i.lengthsByHeader++
	case isDatabase && length < header:
		i.refute(device.StatementLengths, blobTruncated, b, t, fmt.Sprintf("%d of the %d bytes that its header states", length, header))
	case length < t.size && !isDatabase:
		i.refute(device.StatementLengths, blobTruncated, b, t, fmt.Sprintf("%d of %s", length, counted(t.size, "byte", "bytes")))
	case t.hasDigest && i.comparesDigests():
		// the digest comparison was conclusive
	case t.hasDigest:
		i.leaveOpen(device.StatementLengths, blobLength, b, t, lengthText(t, length, header, isDatabase))
	default:
		i.longer++
		i.remark(blobLonger, b, t, lengthText(t, length, header, isDatabase))
	}
}

func lengthText(t *task, length, header uint64, isDatabase bool) string {
	if isDatabase {
		return fmt.Sprintf("%s, and its header states %d", counted(length, "byte", "bytes"), header)
	}
	return fmt.Sprintf("%s stored, %d recorded", counted(length, "byte", "bytes"), t.size)
}

// fitsEither reports whether the length of a file that cannot be decrypted matches its record:
// the encrypted length if it has its own key, else either length.
func (i *inspector) fitsEither(t *task, stored uint64) bool {
	if stored == cbc.StoredSize(t.size) {
		return true
	}
	return stored == t.size && !(i.kind == locked && t.hasKey)
}

// header returns the length in a database's header. isDatabase is false if the file is not a
// database or its header has no length. ok is false if the file could not be read.
func (i *inspector) header(b *batch, t *task, file *blobFile, opened *cbc.ReaderAt) (length uint64, isDatabase, ok bool) {
	if file == nil {
		var err error
		file, _, err = i.blobs.open(t.id)
		if err != nil || file == nil {
			i.unread(b, t, cmp.Or(err, fs.ErrNotExist)) // replaced during the inspection
			return 0, false, false
		}
		defer file.Close()
	}
	var source io.ReaderAt = file
	if opened != nil {
		source = opened
	}
	head := make([]byte, sqliteHeadSize)
	n, err := source.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		i.unread(b, t, err)
		return 0, false, false
	}
	length, isDatabase = sqliteSize(head[:n])
	return length, isDatabase, true
}
