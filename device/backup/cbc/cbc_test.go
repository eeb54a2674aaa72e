package cbc

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

var key = bytes.Repeat([]byte{7}, 32)

func plainOf(n int) []byte {
	plain := make([]byte, n)
	for i := range plain {
		plain[i] = byte(i*7 + i/251)
	}
	return plain
}

// encrypt pads and encrypts, as a device does.
func encrypt(t testing.TB, plain []byte) []byte {
	t.Helper()
	pad := BlockSize - len(plain)%BlockSize
	return encryptBlocks(t, append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...))
}

func encryptBlocks(t testing.TB, blocks []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	stored := make([]byte, len(blocks))
	cipher.NewCBCEncrypter(block, make([]byte, BlockSize)).CryptBlocks(stored, blocks)
	return stored
}

func TestReaderAt(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 4096, 5000} {
		plain := plainOf(n)
		stored := encrypt(t, plain)
		if got := StoredSize(uint64(n)); got != uint64(len(stored)) {
			t.Errorf("%d bytes: StoredSize %d, encrypted to %d", n, got, len(stored))
		}
		r, err := NewReaderAt(bytes.NewReader(stored), int64(len(stored)), key)
		if err != nil {
			t.Fatal(err)
		}
		if r.Size() != int64(n) || !r.Padded() {
			t.Errorf("%d bytes: Size %d, Padded %v", n, r.Size(), r.Padded())
		}
		if err := iotest.TestReader(io.NewSectionReader(r, 0, r.Size()), plain); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// Third-party writers omit the padding.
func TestReaderAtWithoutPadding(t *testing.T) {
	plain := append(plainOf(31), 0)
	stored := encryptBlocks(t, plain)
	r, err := NewReaderAt(bytes.NewReader(stored), int64(len(stored)), key)
	if err != nil {
		t.Fatal(err)
	}
	if r.Size() != 32 || r.Padded() {
		t.Errorf("Size %d, Padded %v; want 32, false", r.Size(), r.Padded())
	}
}

func TestReaderAtRefusesCutLength(t *testing.T) {
	if _, err := NewReaderAt(bytes.NewReader(make([]byte, 17)), 17, key); !errors.Is(err, ErrLength) {
		t.Errorf("17 bytes: %v, want ErrLength", err)
	}
}

func TestReaderAtSourceEndsEarly(t *testing.T) {
	stored := encrypt(t, plainOf(100))
	r, err := NewReaderAt(bytes.NewReader(stored), int64(len(stored)), key)
	if err != nil {
		t.Fatal(err)
	}
	r.source = bytes.NewReader(stored[:32]) // truncated after opening
	if _, err := r.ReadAt(make([]byte, 64), 0); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("ReadAt past the cut: %v, want ErrUnexpectedEOF", err)
	}
}

func TestPadding(t *testing.T) {
	block := bytes.Repeat([]byte{9}, 16)
	for _, test := range []struct {
		name string
		end  []byte
		want int
	}{
		{"one", []byte{1}, 1},
		{"three", []byte{3, 3, 3}, 3},
		{"zero", []byte{0}, 0},
		{"seventeen", []byte{17}, 0},
		{"uneven", []byte{2, 3, 3}, 0},
	} {
		if got := Padding(append(bytes.Clone(block), test.end...)); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
	if got := Padding([]byte{1}); got != 0 {
		t.Errorf("a single byte: %d, want 0", got)
	}
}

func BenchmarkReaderAt(b *testing.B) {
	stored := encrypt(b, plainOf(1<<20))
	r, err := NewReaderAt(bytes.NewReader(stored), int64(len(stored)), key)
	if err != nil {
		b.Fatal(err)
	}
	page := make([]byte, 4096)
	b.SetBytes(4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.ReadAt(page, 65536); err != nil {
			b.Fatal(err)
		}
	}
}
