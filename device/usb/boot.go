package usb

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A BootMark identifies one boot of a device. It is a keyed hash of BootSessionID, which would
// identify the device; the key exists only in this process.
type BootMark [sha256.Size]byte

var bootKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails
	return key
})

func hashBoot(id string) BootMark {
	mac := hmac.New(sha256.New, bootKey())
	mac.Write([]byte(id))
	return BootMark(mac.Sum(nil))
}

// Boot reads which boot a device is in. It sends only requests in [Permitted].
func (c Client) Boot(ctx context.Context, a Attached) (boot device.Fact[BootMark]) {
	guard(
		func() { boot, _, _ = c.boot(ctx, a) },
		func() { boot = device.Unknown[BootMark](device.Internal) },
	)
	return boot
}

// boot reads which boot a device is in, and whether it is locked.
func (c Client) boot(ctx context.Context, a Attached) (boot device.Fact[BootMark], locked device.Fact[bool], err error) {
	c = c.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	e := c.newExamination(a)
	defer func() { e.Close() }()
	root, err := e.begin(ctx)
	if errors.Is(err, device.Locked) {
		return device.Unknown[BootMark](err), device.Known(true), err
	}
	if err != nil {
		root = reply{err: err}
	}
	return bootOf(root), fact(root, flag, "PasswordProtected"), err
}

// changedBoot reports whether two boots differ.
func changedBoot(before, after device.Fact[BootMark]) device.Fact[bool] {
	was, err := before.Get()
	if err != nil {
		return device.Unknown[bool](err)
	}
	is, err := after.Get()
	if err != nil {
		return device.Unknown[bool](err)
	}
	return device.Known(was != is)
}

// bootOf returns the hash of the boot session in the root values.
func bootOf(root reply) device.Fact[BootMark] {
	id, err := fact(root, safeplist.Dict.Text, "BootSessionID").Get()
	if err != nil {
		return device.Unknown[BootMark](err)
	}
	return device.Known(hashBoot(id))
}
