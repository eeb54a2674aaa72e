package backup

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/cbc"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// A kind is how the files of a backup are stored, as far as its parts agree.
type kind int

const (
	unknownKind   kind = iota // Manifest.plist, which says so, cannot be read: lengths and digests mean nothing
	plain                     // as they are on the device
	locked                    // encrypted
	decryptedCopy             // once encrypted, since decrypted by a program: the digests are of other bytes
	disputed                  // the parts contradict each other: a file may have the recorded length in either form
)

// hasKeys reports whether Manifest.plist holds keys that only an encrypted backup has. A keybag
// is not enough: unencrypted backups have one too, but without the salt DPSL.
func (p properties) hasKeys() bool {
	if len(p.manifestKey) > 0 {
		return true
	}
	bag, err := p.bag()
	return err == nil && len(bag.FirstSalt) > 0
}

// hasClearList reports whether the list of files was never encrypted, although the files are, as
// before iOS 10.2.
func (p properties) hasClearList() bool {
	bag, err := p.bag()
	return err == nil && bag.Version == keybag.VersionClearList && len(bag.FirstSalt) == 0 && len(p.manifestKey) == 0
}

// isEncrypted reports whether Manifest.plist says that the backup is encrypted, by IsEncrypted
// or by its keys.
func (p properties) isEncrypted() bool {
	encrypted, err := p.encrypted.Get()
	return err == nil && encrypted || p.hasKeys()
}

// kind is IsEncrypted, corrected by the keys next to it: if IsEncrypted is missing, the keys
// decide; if it contradicts them, the kind is disputed.
func (p properties) kind() kind {
	encrypted, err := p.encrypted.Get()
	switch {
	case p.err != nil:
		return unknownKind
	case err == nil && encrypted:
		return locked
	case errors.Is(err, device.Absent) && p.hasKeys():
		return locked
	case p.hasKeys():
		return disputed
	case err == nil:
		return plain
	default:
		return disputed // until the records decide
	}
}

// known returns IsEncrypted as a fact, supplemented or contradicted by the keys.
func (p properties) known() device.Fact[bool] {
	if p.hasKeys() {
		return device.Known(true)
	}
	return p.encrypted
}

// How many files, and of how many rows, are examined to learn how a backup is stored.
const (
	peekFiles = 64
	peekRows  = 4096
)

// A peek counts what the records and lengths of the first files of a list say.
type peek struct {
	keyed, unkeyed int // records with and without an EncryptionKey
	encrypted      int // keyed files with their encrypted length
	clear          int // keyed files with their recorded length
	blocks         int // unkeyed files with an encrypted length; not counted in plain backups
}

// fewKeys reports whether at most half of the records have keys: a wrong record says nothing about
// the other files.
func (p peek) fewKeys() bool { return p.keyed > 0 && p.keyed <= p.unkeyed }

func (v *verification) peek(ctx context.Context, m manifest.Manifest) (p peek) {
	var rows int
	said := v.properties.kind()
	for row, err := range m.Rows(ctx) {
		if rows++; err != nil || rows > peekRows || p.keyed+p.unkeyed >= peekFiles {
			return p
		}
		switch {
		case row.Err != nil || row.Kind != manifest.File:
			continue
		case len(row.EncryptionKey) == 0:
			if p.unkeyed++; said == plain {
				continue
			}
		default:
			p.keyed++
		}
		info, err := v.blobs.lstat(row.ID)
		switch {
		case err != nil || !info.regular || info.dataless || !row.HasSize || row.Size == 0:
		case len(row.EncryptionKey) == 0:
			if info.size == cbc.StoredSize(row.Size) {
				p.blocks++
			}
		case info.size == cbc.StoredSize(row.Size):
			p.encrypted++
		case info.size == row.Size:
			p.clear++
		}
	}
	return p
}

// judgeKind determines how the files are stored once their list is open.
func (v *verification) judgeKind(ctx context.Context, m manifest.Manifest) {
	p := v.peek(ctx, m)
	said := v.properties.kind()
	_, reason := v.properties.encrypted.Get()
	missing := errors.Is(reason, device.Absent)
	switch {
	case said == unknownKind:
		v.judgeLostKind(p)
		return
	case p.keyed == 0 && p.unkeyed > 0 && said == locked:
		v.kind = plain
		v.contradiction("IsEncrypted is true, and no record carries a key")
	case p.keyed == 0 && p.unkeyed > 0 && v.properties.hasKeys():
		v.kind = plain
		v.contradiction("there are keys to an encrypted backup, and no record carries one")
	case p.clear > p.encrypted && (!p.fewKeys() || v.properties.hasKeys()), v.clearList.Load() && v.properties.hasKeys() && p.encrypted <= p.clear:
		// Keys in Manifest.plist imply an encrypted Manifest.db: a program has decrypted it.
		v.kind = decryptedCopy
		v.leaveOpen(device.StatementKind, decrypted, "")
	case v.clearList.Load() && v.properties.hasKeys():
		v.kind = locked
		v.contradiction("there are keys to an encrypted Manifest.db, and it is in the clear")
	case p.fewKeys() && (said == plain || missing && !v.properties.hasKeys()):
		v.kind = plain
		v.contradiction("IsEncrypted: " + v.denial() + ", and some records carry keys")
	case said == locked, said == disputed && missing && p.keyed > 0:
		v.kind = locked
	case said == disputed && p.keyed > 0 && !p.fewKeys():
		v.kind = locked
		v.contradiction("IsEncrypted: " + v.denial() + ", and there are keys")
	case said == plain && p.keyed > 0 && p.encrypted > p.clear:
		v.kind = locked
		v.contradiction("IsEncrypted is false, and records carry keys")
	case said == plain && p.keyed > 0:
		v.kind = disputed
		v.contradiction("IsEncrypted is false, and records carry keys")
	case said == plain, missing:
		v.kind = plain
	default:
		v.kind = plain
		v.contradiction("IsEncrypted: " + v.denial())
	}
	if v.kind == plain && p.blocks > 0 {
		v.kind = disputed // the files may be encrypted, and their keys lost
		v.contradiction(asLongAsEncrypted)
	}
	v.statements.show(device.StatementKind)
}

// judgeLostKind determines how the files are stored if Manifest.plist is unavailable. Records
// without keys mean an unencrypted backup: all of it can be compared, but it is broken because
// no program accepts it without Manifest.plist. Records with keys leave open which form the
// files are in.
func (v *verification) judgeLostKind(p peek) {
	if p.keyed > 0 || p.unkeyed == 0 {
		v.leaveKindOpen()
		return
	}
	v.kind = plain
	shown := device.ShownNeither
	if v.lost == propertiesUnreadable {
		shown = device.ShownFalse
	}
	if v.lost != nil {
		v.statements.mark(device.StatementKind, shown, v.lost)
	}
}

// leaveKindOpen marks what is unknown if the kind of a backup is unknown: the meaning of the
// lengths and digests of its files.
func (v *verification) leaveKindOpen() {
	if v.lost == nil {
		return
	}
	for _, id := range []device.StatementID{device.StatementKind, device.StatementLengths, device.StatementPadding, device.StatementDigests} {
		v.statements.mark(id, device.ShownNeither, v.lost)
	}
}

// asLongAsEncrypted is the contradiction of a backup whose keys may all be lost.
const asLongAsEncrypted = "files are as long as encrypted ones, and no record carries a key"

// denial describes what IsEncrypted says instead of true.
func (v *verification) denial() string {
	if _, err := v.properties.encrypted.Get(); err != nil {
		return wordsOf(err)
	}
	return "it is false"
}

// contradiction records that parts of the backup disagree on whether it is encrypted.
func (v *verification) contradiction(detail string) {
	v.leaveOpen(device.StatementKind, kindContradicted, detail)
}
