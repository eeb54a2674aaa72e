package keybag

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
)

// Keys are the class keys of an unlocked keybag. The zero Keys unlock nothing.
type Keys struct {
	Records []byte // key of the records in a Manifest.db of iOS 10.0; nil for other versions

	classes map[uint32][]byte
}

// Progress receives the number of completed rounds of the key derivation. Unlock calls it about
// fifty times a second, from its own goroutine.
type Progress func(done, total int)

// Unlock derives a key from the password and unwraps every class key with it. The error is
// ErrWrongPassword if no class key unwraps, and ErrDamaged, along with the keys that did, if
// only some do. ctx stops the derivation.
func (b Bag) Unlock(ctx context.Context, password string, progress Progress) (Keys, error) {
	if err := b.Check(); err != nil {
		return Keys{}, err
	}
	first, second := int(b.FirstRounds), kekBlocks*int(b.Rounds)
	report := func(before int) func(int) {
		return func(done int) {
			if progress != nil {
				progress(before+done, first+second)
			}
		}
	}
	secret := []byte(password)
	if first > 0 {
		var err error
		if secret, err = derive(ctx, sha256.New, secret, b.FirstSalt, first, report(0)); err != nil {
			return Keys{}, err
		}
	}
	kek, err := derive(ctx, sha1.New, secret, b.Salt, int(b.Rounds), report(first))
	if err != nil {
		return Keys{}, err
	}
	return b.unwrapClasses(kek)
}

func (b Bag) unwrapClasses(kek []byte) (Keys, error) {
	keys := Keys{classes: make(map[uint32][]byte)}
	classes := b.wrapped()
	var closed int
	for _, class := range classes {
		key, err := unwrap(kek, class.Wrapped)
		if err != nil {
			closed++
			continue
		}
		keys.classes[class.ID] = key
	}
	switch closed {
	case 0:
		return keys, nil
	case len(classes):
		return Keys{}, ErrWrongPassword
	default:
		return keys, fmt.Errorf("%w: %d of %d classes could not be opened", ErrDamaged, closed, len(classes))
	}
}

// Unwrap unwraps the key of a file or of Manifest.db as stored in the manifest: the protection
// class as four little-endian bytes, then the wrapped key.
func (k Keys) Unwrap(classAndKey []byte) ([]byte, error) {
	if len(classAndKey) != 4+wrappedLength {
		return nil, fmt.Errorf("%w: %d bytes, not %d", ErrWrappedKey, len(classAndKey), 4+wrappedLength)
	}
	class := ClassOf(classAndKey)
	kek, ok := k.classes[class]
	if !ok {
		return nil, fmt.Errorf("%w: class %d", ErrNoClass, class)
	}
	return unwrap(kek, classAndKey[4:])
}

// keyLength is the length of every derived key: one PBKDF2 block with SHA-256, kekBlocks of
// them with SHA-1.
const (
	keyLength = 32
	kekBlocks = (keyLength + sha1.Size - 1) / sha1.Size
)

// derive is PBKDF2 in slices, so that it can report progress and be stopped. crypto/pbkdf2 can
// do neither, and the number of rounds comes from the keybag: ten million in a backup since iOS
// 10.2, up to maxRounds in a crafted one. progress receives the rounds over all blocks.
func derive(ctx context.Context, newHash func() hash.Hash, password, salt []byte, rounds int, progress func(done int)) ([]byte, error) {
	mac := hmac.New(newHash, password)
	var key []byte
	for block := 1; len(key) < keyLength; block++ {
		before := (block - 1) * rounds
		part, err := deriveBlock(ctx, mac, salt, block, rounds, func(done int) { progress(before + done) })
		if err != nil {
			return nil, err
		}
		key = append(key, part...)
	}
	return key[:keyLength], nil
}

// deriveBlock computes one block of PBKDF2, F in RFC 8018, section 5.2.
func deriveBlock(ctx context.Context, mac hash.Hash, salt []byte, number, rounds int, progress func(done int)) ([]byte, error) {
	const slice = 1 << 17 // about 20 ms
	mac.Reset()
	mac.Write(salt)
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(number)))
	u := mac.Sum(nil)
	key := slices.Clone(u)
	for done := 1; done < rounds; {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		end := min(done+slice, rounds)
		for ; done < end; done++ {
			mac.Reset()
			mac.Write(u)
			u = mac.Sum(u[:0])
			subtle.XORBytes(key, key, u)
		}
		progress(done)
	}
	return key, nil
}
