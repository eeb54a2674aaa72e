package backup

import (
	"fmt"
	"hash"

	"github.com/backupdoctor/backupdoctor/device"
)

// An arrival is what an inspector knows of the file it looks at, as the device sent it.
type arrival struct {
	received Received
	known    bool
	sum256   hash.Hash // of the bytes that are read now
}

// recall finds what is known of a file.
func (i *inspector) recall(t *task) {
	if i.known = false; i.options.Received != nil {
		i.received, i.known = i.options.Received(t.id)
	}
}

// spares reports whether the file need not be read: it has just arrived.
func (i *inspector) spares() bool { return i.known && i.options.Arrived }

// compares reports whether the file is read and compared with what arrived. Those without a
// digest are, too.
func (i *inspector) compares() bool { return i.known && !i.options.Arrived }

// digestAsArrived compares the recorded digest, if there is one, with that of the bytes that
// arrived, and reports whether it is right. The length of the file has been compared.
func (i *inspector) digestAsArrived(b *batch, t *task, stored uint64) bool {
	i.receivedRight++
	switch {
	case !t.hasDigest:
		return false
	case t.digest != i.received.SHA1:
		i.refute(device.StatementDigests, blobAltered, b, t, fmt.Sprintf("the digest of the %d bytes that arrived is not the one recorded", stored))
		return false
	}
	i.digestsRight++
	if inner := i.inner[t.id]; inner != nil {
		inner.CompareAndSwap(innerUnknown, innerRight)
	}
	return true
}

// isAsArrived compares the bytes that were read with those that arrived. Only this tells of a
// photo or the file of an app that the disk does not hold it any more: they carry no digest.
func (i *inspector) isAsArrived(b *batch, t *task) bool {
	if i.sum = i.sum256.Sum(i.sum[:0]); string(i.sum) != string(i.received.SHA256[:]) {
		i.refute(device.StatementDigests, blobAltered, b, t, fmt.Sprintf("its %d bytes are not those that arrived", i.received.Size))
		return false
	}
	i.receivedRight++
	return true
}
