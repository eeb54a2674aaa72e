package backuptest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// locks are the keys of an encrypted backup.
type locks struct {
	random      io.Reader
	classes     map[uint32][]byte
	bag         []byte
	manifestRaw []byte
	manifestKey []byte
}

// Protection classes in use.
const (
	fileClass     = 3
	manifestClass = 4
)

// lock creates the keybag.
func (w *writer) lock() {
	l := &locks{random: w.random, classes: map[uint32][]byte{}}
	firstSalt, salt := l.draw(20), l.draw(20)
	var bag bytes.Buffer
	put := func(tag string, value []byte) {
		bag.WriteString(tag)
		bag.Write(binary.BigEndian.AppendUint32(nil, uint32(len(value))))
		bag.Write(value)
	}
	number := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	version := uint32(3)
	if w.Layout == DB {
		version = 5
	}
	put("VERS", number(version))
	put("TYPE", number(1))
	put("UUID", l.draw(16))
	put("HMCK", l.draw(40))
	put("WRAP", number(0))
	put("SALT", salt)
	put("ITER", number(100))
	secret := w.Password
	if w.Layout == DB {
		put("DPWT", number(1))
		put("DPIC", number(w.Rounds))
		put("DPSL", firstSalt)
		secret = string(must(pbkdf2.Key(sha256.New, secret, firstSalt, int(w.Rounds), 32)))
	}
	kek := must(pbkdf2.Key(sha1.New, secret, salt, 100, 32))
	for class := uint32(1); class <= 11; class++ {
		l.classes[class] = l.draw(32)
		wrap := uint32(2)
		if class == 5 || class > 8 {
			wrap = 3
		}
		put("UUID", l.draw(16))
		put("CLAS", number(class))
		put("WRAP", number(wrap))
		put("KTYP", number(0))
		put("WPKY", wrapKey(kek, l.classes[class]))
	}
	l.bag = bag.Bytes()
	l.manifestRaw = l.draw(32)
	l.manifestKey = l.seal(manifestClass, l.manifestRaw)
	w.locks = l
}

func (l *locks) draw(n int) []byte {
	data := make([]byte, n)
	must(io.ReadFull(l.random, data))
	return data
}

// seal returns a key in the manifest's form: its class, then the key wrapped by the class key.
func (l *locks) seal(class uint32, key []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, class), wrapKey(l.classes[class], key)...)
}

// encrypt encrypts a file with a new key.
func (l *locks) encrypt(plain []byte) (data, encryptionKey []byte) {
	key := l.draw(32)
	return encryptCBC(key, plain), l.seal(fileClass, key)
}

// encryptCBC encrypts with AES-CBC, a zero initialization vector and PKCS#7 padding.
func encryptCBC(key, plain []byte) []byte {
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(must(aes.NewCipher(key)), make([]byte, aes.BlockSize)).CryptBlocks(data, data)
	return data
}

// wrapKey implements the key wrap of RFC 3394, section 2.2.1.
func wrapKey(kek, key []byte) []byte {
	block := must(aes.NewCipher(kek))
	n := len(key) / 8
	a := bytes.Repeat([]byte{0xa6}, 8)
	r := bytes.Clone(key)
	for j := range 6 {
		for i := range n {
			b := append(bytes.Clone(a), r[i*8:i*8+8]...)
			block.Encrypt(b, b)
			copy(r[i*8:], b[8:])
			t := binary.BigEndian.Uint64(b) ^ uint64(n*j+i+1)
			binary.BigEndian.PutUint64(a, t)
		}
	}
	return append(a, r...)
}

// must panics on errors that only a bug in this package can cause.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
