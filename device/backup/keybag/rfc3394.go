package keybag

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
)

// unwrap is the key unwrap of RFC 3394, section 2.2.2, with the default initial value. It
// returns ErrWrappedKey if the key is wrong.
func unwrap(kek, wrapped []byte) ([]byte, error) {
	block, err := aes.NewCipher(kek)
	if err != nil || len(wrapped) < 24 || len(wrapped)%8 != 0 {
		return nil, ErrWrappedKey
	}
	n := len(wrapped)/8 - 1
	var buffer [16]byte // A, then R[i]
	copy(buffer[:8], wrapped)
	key := append([]byte(nil), wrapped[8:]...)
	for j := 5; j >= 0; j-- {
		for i := n; i >= 1; i-- {
			r := key[(i-1)*8 : i*8]
			binary.BigEndian.PutUint64(buffer[:8], binary.BigEndian.Uint64(buffer[:8])^uint64(n*j+i))
			copy(buffer[8:], r)
			block.Decrypt(buffer[:], buffer[:])
			copy(r, buffer[8:])
		}
	}
	if subtle.ConstantTimeCompare(buffer[:8], initialValue) != 1 {
		return nil, ErrWrappedKey
	}
	return key, nil
}

// initialValue is the default initial value of RFC 3394, section 2.2.3.1.
var initialValue = []byte{0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6}
