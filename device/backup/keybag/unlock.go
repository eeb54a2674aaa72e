package keybag

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// Keys are the class keys of an unlocked keybag. The zero Keys open nothing.
type Keys struct {
	Records []byte // of the records in a Manifest.db of iOS 10.0; nil for any other version

	classes map[uint32][]byte
}

// Progress is told how many of the rounds of key derivation are done. It is called a few
// hundred times at most, from the goroutine that called Unlock.
type Progress func(done, total int)

// Unlock derives a key from the password and unwraps every class key with it. A password
// that opens none is ErrWrongPassword, one that opens some only is ErrDamaged (the
// classes it opened are answered beside that error). ctx stops the derivation.
func (b Bag) Unlock(ctx context.Context, password string, progress Progress) (Keys, error) {
	if err := b.Check(); err != nil {
		return Keys{}, err
	}
	secret := []byte(password)
	total := int(b.FirstRounds) + int(b.Rounds)
	if b.FirstRounds > 0 {
		var err error
		secret, err = derive(ctx, secret, b.FirstSalt, int(b.FirstRounds), func(done int) {
			if progress != nil {
				progress(done, total)
			}
		})
		if err != nil {
			return Keys{}, err
		}
	}
	// The second derivation is 10,000 rounds, 3 ms: no need to look up from it.
	kek, err := pbkdf2.Key(sha1.New, string(secret), b.Salt, int(b.Rounds), 32)
	if err != nil {
		return Keys{}, fmt.Errorf("deriving the key: %w", err)
	}
	if progress != nil {
		progress(total, total)
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
		return keys, fmt.Errorf("%w: %d of %d classes stay closed", ErrDamaged, closed, len(classes))
	}
}

// Unwrap opens the key of a file or of Manifest.db as it stands in the manifest: the
// protection class as four little-endian bytes, then the wrapped key.
func (k Keys) Unwrap(classAndKey []byte) ([]byte, error) {
	if len(classAndKey) != 4+wrappedLength {
		return nil, fmt.Errorf("%w: %d bytes, not %d", ErrWrappedKey, len(classAndKey), 4+wrappedLength)
	}
	class := binary.LittleEndian.Uint32(classAndKey)
	kek, ok := k.classes[class]
	if !ok {
		return nil, fmt.Errorf("%w: class %d", ErrNoClass, class)
	}
	return unwrap(kek, classAndKey[4:])
}

// derive is PBKDF2 with HMAC-SHA256 for one 32-byte block, in slices, so that it can tell
// its progress and be stopped. crypto/pbkdf2 can do neither, and ten million rounds take
// longer than a person waits without a sign. TestDerive holds it to crypto/pbkdf2.
func derive(ctx context.Context, password, salt []byte, rounds int, progress func(done int)) ([]byte, error) {
	const slice = 1 << 17 // about 20 ms
	mac := hmac.New(sha256.New, password)
	block := firstBlock(mac, salt)
	key := append([]byte(nil), block...)
	for done := 1; done < rounds; {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		end := min(done+slice, rounds)
		for ; done < end; done++ {
			mac.Reset()
			mac.Write(block)
			block = mac.Sum(block[:0])
			for i, b := range block {
				key[i] ^= b
			}
		}
		progress(done)
	}
	return key, nil
}

// firstBlock is U1 of block 1: the salt and the number of the block under the password.
func firstBlock(mac hash.Hash, salt []byte) []byte {
	mac.Write(salt)
	mac.Write([]byte{0, 0, 0, 1})
	return mac.Sum(nil)
}
