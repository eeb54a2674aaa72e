package backup

import (
	"fmt"
	"hash"

	"github.com/backupdoctor/backupdoctor/device"
)

// An arrival is what an inspector knows about the current file as the device sent it.
type arrival struct {
	received Received
	known    bool
	sum256   hash.Hash // of the bytes being read
}

// recall looks up what is known about a file.
func (i *inspector) recall(t *task) {
	if i.known = false; i.options.Received != nil {
		i.received, i.known = i.options.Received(t.id)
	}
}

// spares reports whether the file need not be read because it has just arrived.
func (i *inspector) spares() bool { return i.known && i.received.Seen }

// digestAsArrived compares the recorded digest, if any, with the digest of the bytes that
// arrived, and reports whether they match. The file's length has already been compared.
func (i *inspector) digestAsArrived(b *batch, t *task, stored uint64) bool {
	i.receivedRight++
	switch {
	case !t.hasDigest:
		return false
	case t.digest != i.received.SHA1:
		i.refute(device.StatementDigests, blobAltered, b, t, fmt.Sprintf("the digest of the %s received does not match the one recorded", counted(stored, "byte", "bytes")))
		return false
	}
	i.digestsRight++
	if inner := i.inner[t.id]; inner != nil {
		inner.CompareAndSwap(innerUnknown, innerRight)
	}
	return true
}

// isAsArrived compares the bytes read with those that arrived. It is the only check that
// detects damage to photos and app files, which carry no digest.
func (i *inspector) isAsArrived(b *batch, t *task) bool {
	if i.sum = i.sum256.Sum(i.sum[:0]); string(i.sum) != string(i.received.SHA256[:]) {
		i.refute(device.StatementDigests, blobAltered, b, t, "its "+counted(i.received.Size, "byte differs", "bytes differ")+" from those received")
		return false
	}
	i.receivedRight++
	return true
}
