// Package keybag reads the keybag of a local backup and, given the backup password, its class
// keys.
//
// [Parse] reads the tag-length-value data in Manifest.plist under BackupKeyBag. [Bag.Unlock]
// derives a key from the password and unwraps every class key with it, which by design takes a
// second or two for backups since iOS 10.2. The resulting [Keys] unwrap the key of Manifest.db
// and of each file.
//
// Keybags come from untrusted folders: lengths, the number of classes and the iteration counts
// are bounded before anything is allocated or computed. The package never stores, logs or
// returns the password.
package keybag

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// What can be wrong with a keybag or a password. Errors of this package wrap one of them.
var (
	ErrMalformed     = errors.New("the keybag is malformed")
	ErrWrongPassword = errors.New("the password does not open the keybag")
	ErrDamaged       = errors.New("the keybag is damaged: the password opens only part of it")
	ErrNoClass       = errors.New("the keybag has no key of this protection class that a password opens")
	ErrWrappedKey    = errors.New("the wrapped key does not fit its class key")
)

// Bounds. Apple writes 1,336 bytes, 11 classes, 10,000 and 10,000,000 rounds.
const (
	maxBytes      = 64 << 10
	maxClasses    = 64
	maxRounds     = 100_000_000
	wrappedLength = 40 // a 32-byte key wrapped as in RFC 3394
)

// VersionClearList is the VERS of backups that do not encrypt their list of files: those before iOS 10.2.
const VersionClearList = 3

// TypeBackup is the TYPE of a keybag that a backup password unlocks.
const TypeBackup = 1

// wrapPassword is the WRAP bit for keys wrapped with the password.
const wrapPassword = 2

// A Bag is a parsed keybag: the parameters of the key derivation and the wrapped class keys.
type Bag struct {
	Version uint32 // VERS: 3 before iOS 10.2, then 4 or 5
	Type    uint32 // TYPE: 1 is a backup
	Salt    []byte // SALT of the second derivation
	Rounds  uint32 // ITER of the second derivation, PBKDF2 with SHA-1

	FirstSalt   []byte // DPSL of the first derivation; nil in keybags without one
	FirstRounds uint32 // DPIC of the first derivation, PBKDF2 with SHA-256

	Classes []Class
}

// A Class is one protection class and its wrapped key.
type Class struct {
	ID      uint32 // CLAS
	Wrap    uint32 // WRAP: bit 0 the device key, bit 1 the password
	Wrapped []byte // WPKY
}

// Parse parses a keybag. Its errors wrap ErrMalformed and name the tag.
func Parse(data []byte) (Bag, error) {
	if len(data) > maxBytes {
		return Bag{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(data))
	}
	var bag Bag
	var headed bool // the first UUID is the bag's own; each later one starts a class
	for len(data) > 0 {
		tag, value, rest, err := next(data)
		if err != nil {
			return Bag{}, err
		}
		data = rest
		switch {
		case tag == "UUID" && !headed:
			headed = true
		case tag == "UUID":
			if len(bag.Classes) == maxClasses {
				return Bag{}, fmt.Errorf("%w: more than %d classes", ErrMalformed, maxClasses)
			}
			bag.Classes = append(bag.Classes, Class{})
		case len(bag.Classes) == 0:
			err = bag.setHeader(tag, value)
		default:
			err = bag.Classes[len(bag.Classes)-1].set(tag, value)
		}
		if err != nil {
			return Bag{}, err
		}
	}
	if !headed {
		return Bag{}, fmt.Errorf("%w: no header", ErrMalformed)
	}
	return bag, nil
}

// next splits the first tag, length and value off data.
func next(data []byte) (tag string, value, rest []byte, err error) {
	if len(data) < 8 {
		return "", nil, nil, fmt.Errorf("%w: %d bytes after the last value", ErrMalformed, len(data))
	}
	tag = string(data[:4])
	length := binary.BigEndian.Uint32(data[4:8])
	if uint64(length) > uint64(len(data)-8) {
		return "", nil, nil, fmt.Errorf("%w: %q is %d bytes long and %d are left", ErrMalformed, tag, length, len(data)-8)
	}
	return tag, data[8 : 8+length], data[8+length:], nil
}

// setHeader sets one value of the header. It ignores tags it does not need: the header's own
// WRAP, DPWT, anything later versions add, and HMCK, a wrapped signing key, because the keybag
// of a backup has no signature (SIGN) to check with it. The integrity of class keys is checked
// by their RFC 3394 wrapping.
func (b *Bag) setHeader(tag string, value []byte) (err error) {
	switch tag {
	case "VERS":
		b.Version, err = number(tag, value)
	case "TYPE":
		b.Type, err = number(tag, value)
		b.Type &= 0x3fffffff // the upper two bits are flags of keybags on a device
	case "SALT":
		b.Salt = value
	case "ITER":
		b.Rounds, err = rounds(tag, value)
	case "DPSL":
		b.FirstSalt = value
	case "DPIC":
		b.FirstRounds, err = rounds(tag, value)
	}
	return err
}

// set sets one value of a class.
func (c *Class) set(tag string, value []byte) (err error) {
	switch tag {
	case "CLAS":
		c.ID, err = number(tag, value)
	case "WRAP":
		c.Wrap, err = number(tag, value)
	case "WPKY":
		c.Wrapped = value
	}
	return err
}

func number(tag string, value []byte) (uint32, error) {
	if len(value) != 4 {
		return 0, fmt.Errorf("%w: %q is %d bytes long, not 4", ErrMalformed, tag, len(value))
	}
	return binary.BigEndian.Uint32(value), nil
}

func rounds(tag string, value []byte) (uint32, error) {
	n, err := number(tag, value)
	if err == nil && (n == 0 || n > maxRounds) {
		return 0, fmt.Errorf("%w: %q asks for %d rounds", ErrMalformed, tag, n)
	}
	return n, err
}

// Check returns why a backup password cannot unlock the keybag; nil if it can. The keybags of
// unencrypted backups differ only in lacking the salt of the first derivation, so encrypted
// must come from Manifest.plist / IsEncrypted.
func (b Bag) Check() error {
	switch {
	case b.Type != TypeBackup:
		return fmt.Errorf("%w: type %d, not a backup", ErrMalformed, b.Type)
	case len(b.Salt) == 0 || b.Rounds == 0:
		return fmt.Errorf("%w: no salt or no rounds", ErrMalformed)
	case (len(b.FirstSalt) == 0) != (b.FirstRounds == 0):
		return fmt.Errorf("%w: half of the first derivation is missing", ErrMalformed)
	case len(b.PasswordClasses()) == 0:
		return fmt.Errorf("%w: no class key", ErrMalformed)
	}
	return nil
}

// wrapped returns the classes whose key is wrapped with the password. They include WRAP 3: in a
// backup the password alone unlocks those too.
func (b Bag) wrapped() []Class {
	var classes []Class
	for _, class := range b.Classes {
		if class.Wrap&wrapPassword != 0 && len(class.Wrapped) > 0 {
			classes = append(classes, class)
		}
	}
	return classes
}

// PasswordClasses returns the protection classes whose keys a password can open.
func (b Bag) PasswordClasses() []uint32 {
	classes := []uint32{}
	for _, class := range b.wrapped() {
		if len(class.Wrapped) == wrappedLength {
			classes = append(classes, class.ID)
		}
	}
	return classes
}

// ClassOf returns the protection class of a key as stored in the manifest.
func ClassOf(classAndKey []byte) uint32 { return binary.LittleEndian.Uint32(classAndKey) }
