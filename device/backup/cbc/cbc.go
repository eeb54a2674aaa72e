// Package cbc decrypts the contents of encrypted backups: AES-256 in CBC mode with a zero
// initialization vector and PKCS#7 padding.
//
// In CBC each block depends only on the 16 bytes of ciphertext before it, so a [ReaderAt] can
// decrypt at any offset: a Manifest.db of half a gigabyte is read without writing a plaintext
// copy anywhere. Nothing is authenticated: a wrong key yields garbage, which the caller must
// detect.
package cbc

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
	"sync"
)

// BlockSize is the AES block size; every ciphertext is a multiple of it.
const BlockSize = aes.BlockSize

// ErrLength means that the ciphertext is not a multiple of BlockSize: it was truncated.
var ErrLength = errors.New("the encrypted length is not a multiple of 16")

// StoredSize returns the encrypted length of a file of plain bytes.
func StoredSize(plain uint64) uint64 { return plain/BlockSize*BlockSize + BlockSize }

// Padding returns the number of padding bytes at the end of plain, 1 to 16; 0 if plain does not
// end in PKCS#7 padding.
func Padding(plain []byte) int {
	if len(plain) < BlockSize {
		return 0
	}
	n := int(plain[len(plain)-1])
	if n == 0 || n > BlockSize {
		return 0
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return 0
		}
	}
	return n
}

// A ReaderAt decrypts a ciphertext. It is safe for concurrent use if its source is.
type ReaderAt struct {
	source  io.ReaderAt
	block   cipher.Block
	stored  int64
	size    int64
	buffers sync.Pool
}

// NewReaderAt decrypts the stored bytes of source with a 32-byte key. It reads the last block
// immediately. Padding is excluded from the size; without padding, which third-party writers
// omit, the whole block counts.
func NewReaderAt(source io.ReaderAt, stored int64, key []byte) (*ReaderAt, error) {
	if stored%BlockSize != 0 {
		return nil, ErrLength
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	r := &ReaderAt{source: source, block: block, stored: stored, size: stored}
	if stored == 0 {
		return r, nil
	}
	var last [BlockSize]byte
	if _, err := r.ReadAt(last[:], stored-BlockSize); err != nil {
		return nil, err
	}
	r.size -= int64(Padding(last[:]))
	return r, nil
}

// Size returns the number of plaintext bytes.
func (r *ReaderAt) Size() int64 { return r.size }

// Padded reports whether the last block ends in padding.
func (r *ReaderAt) Padded() bool { return r.size < r.stored }

// ReadAt implements [io.ReaderAt].
func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("cbc: negative offset")
	}
	if off >= r.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.size-off)
	first := off / BlockSize * BlockSize
	end := (off + want + BlockSize - 1) / BlockSize * BlockSize

	// Start one block early: it is the initialization vector of the first block wanted.
	buffer := r.buffer(int(end - first + BlockSize))
	defer r.buffers.Put(buffer)
	stored := *buffer
	if first == 0 {
		clear(stored[:BlockSize])
		stored = stored[BlockSize:]
	}
	if _, err := r.source.ReadAt(stored, max(first-BlockSize, 0)); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	} else if err != nil && end < r.stored {
		return 0, io.ErrUnexpectedEOF
	}
	stored = *buffer
	plain := stored[BlockSize:]
	cipher.NewCBCDecrypter(r.block, stored[:BlockSize]).CryptBlocks(plain, plain)
	n := copy(p[:want], plain[off-first:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// buffer returns a buffer of exactly n bytes.
func (r *ReaderAt) buffer(n int) *[]byte {
	if buffer, ok := r.buffers.Get().(*[]byte); ok && cap(*buffer) >= n {
		*buffer = (*buffer)[:n]
		return buffer
	}
	buffer := make([]byte, n)
	return &buffer
}
