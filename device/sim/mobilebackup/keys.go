package mobilebackup

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
)

// Protection classes in use.
const (
	fileClass     = 3
	manifestClass = 4
)

// A keybag holds the class keys of a backup and their stored form.
type keybag struct {
	bytes   []byte
	classes map[uint32][]byte
}

// newKeybag generates class keys and wraps them with a password. Without a password there is
// still a bag, as in real backups, but it cannot be opened.
func newKeybag(random *rand.ChaCha8, password string, rounds uint32) keybag {
	draw := func(n int) []byte {
		data := make([]byte, n)
		random.Read(data) // never fails
		return data
	}
	bag := keybag{classes: map[uint32][]byte{}}
	var out bytes.Buffer
	put := func(tag string, value []byte) {
		out.WriteString(tag)
		out.Write(number(uint32(len(value))))
		out.Write(value)
	}
	const iterations = 100
	firstSalt, salt := draw(20), draw(20)
	put("VERS", number(5))
	put("TYPE", number(1))
	put("UUID", draw(16))
	put("HMCK", draw(40))
	put("WRAP", number(0))
	put("SALT", salt)
	put("ITER", number(iterations))
	kek := draw(32)
	if password != "" {
		put("DPWT", number(1))
		put("DPIC", number(rounds))
		put("DPSL", firstSalt)
		kek = passwordKey(password, firstSalt, rounds, salt, iterations)
	}
	for class := uint32(1); class <= 11; class++ {
		bag.classes[class] = draw(32)
		wrap := uint32(2)
		if class == 5 || class > 8 {
			wrap = 3
		}
		put("UUID", draw(16))
		put("CLAS", number(class))
		put("WRAP", number(wrap))
		put("KTYP", number(0))
		put("WPKY", wrapKey(kek, bag.classes[class]))
	}
	bag.bytes = out.Bytes()
	return bag
}

var errPassword = errors.New("wrong password")

// openKeybag reads a bag created by newKeybag; the error is errPassword if the password is wrong.
func openKeybag(data []byte, password string) (keybag, error) {
	bag := keybag{bytes: data, classes: map[uint32][]byte{}}
	values := map[string][]byte{}
	var kek []byte
	for len(data) >= 8 {
		tag, length := string(data[:4]), binary.BigEndian.Uint32(data[4:])
		data = data[8:]
		if uint64(length) > uint64(len(data)) {
			break
		}
		value := data[:length]
		data = data[length:]
		values[tag] = value
		if tag != "WPKY" {
			continue
		}
		if kek == nil {
			if len(values["DPIC"]) != 4 || len(values["ITER"]) != 4 {
				return bag, errPassword
			}
			kek = passwordKey(password, values["DPSL"], binary.BigEndian.Uint32(values["DPIC"]), values["SALT"], int(binary.BigEndian.Uint32(values["ITER"])))
		}
		key, ok := unwrapKey(kek, value)
		if !ok || len(values["CLAS"]) != 4 {
			return bag, errPassword
		}
		bag.classes[binary.BigEndian.Uint32(values["CLAS"])] = key
	}
	if len(bag.classes) == 0 {
		return bag, errPassword
	}
	return bag, nil
}

func passwordKey(password string, firstSalt []byte, rounds uint32, salt []byte, iterations int) []byte {
	first := must(pbkdf2.Key(sha256.New, password, firstSalt, int(rounds), 32))
	return must(pbkdf2.Key(sha1.New, string(first), salt, iterations, 32))
}

// derive returns the key of a file or of the manifest. It is the same in every backup with this
// bag.
func (b keybag) derive(class uint32, what string) []byte {
	mac := hmac.New(sha256.New, b.classes[class])
	io.WriteString(mac, what) // never fails
	return mac.Sum(nil)
}

// seal returns a key in manifest form: its class, followed by the key wrapped with the class key.
func (b keybag) seal(class uint32, key []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, class), wrapKey(b.classes[class], key)...)
}

// unseal is the reverse of seal.
func (b keybag) unseal(sealed []byte) ([]byte, bool) {
	if len(sealed) != 44 {
		return nil, false
	}
	class, ok := b.classes[binary.LittleEndian.Uint32(sealed)]
	if !ok {
		return nil, false
	}
	return unwrapKey(class, sealed[4:])
}

// storedLength returns the encrypted size of a file of plain bytes.
func storedLength(plain int64) int64 { return (plain/aes.BlockSize + 1) * aes.BlockSize }

// An encrypter is a reader that encrypts with AES-CBC, a zero IV and PKCS#7 padding.
type encrypter struct {
	plain io.Reader
	mode  cipher.BlockMode
	ended bool
}

func newEncrypter(plain io.Reader, key []byte) *encrypter {
	return &encrypter{plain: plain, mode: cipher.NewCBCEncrypter(must(aes.NewCipher(key)), make([]byte, aes.BlockSize))}
}

// Read fills p, whose length must be a multiple of the block size.
func (e *encrypter) Read(p []byte) (int, error) {
	if e.ended {
		return 0, io.EOF
	}
	n, err := io.ReadFull(e.plain, p[:len(p)/aes.BlockSize*aes.BlockSize])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		e.ended = true
		pad := aes.BlockSize - n%aes.BlockSize
		n += copy(p[n:], bytes.Repeat([]byte{byte(pad)}, pad))
	} else if err != nil {
		return 0, err
	}
	e.mode.CryptBlocks(p[:n], p[:n])
	return n, nil
}

func encrypt(key, plain []byte) []byte {
	data := make([]byte, storedLength(int64(len(plain))))
	must(io.ReadFull(newEncrypter(bytes.NewReader(plain), key), data))
	return data
}

// decrypt is the reverse of encrypt; it returns false if the data was not encrypted with this
// key.
func decrypt(key, data []byte) ([]byte, bool) {
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, false
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(must(aes.NewCipher(key)), make([]byte, aes.BlockSize)).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, false
	}
	return plain[:len(plain)-pad], true
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
			binary.BigEndian.PutUint64(a, binary.BigEndian.Uint64(b)^uint64(n*j+i+1))
		}
	}
	return append(a, r...)
}

// unwrapKey implements the key unwrap of RFC 3394, section 2.2.2; it returns false if the kek is
// wrong.
func unwrapKey(kek, wrapped []byte) ([]byte, bool) {
	if len(wrapped) < 24 || len(wrapped)%8 != 0 {
		return nil, false
	}
	block := must(aes.NewCipher(kek))
	a, r := bytes.Clone(wrapped[:8]), bytes.Clone(wrapped[8:])
	n := len(r) / 8
	for j := 5; j >= 0; j-- {
		for i := n - 1; i >= 0; i-- {
			b := binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(a)^uint64(n*j+i+1))
			b = append(b, r[i*8:i*8+8]...)
			block.Decrypt(b, b)
			copy(a, b[:8])
			copy(r[i*8:], b[8:])
		}
	}
	return r, bytes.Equal(a, bytes.Repeat([]byte{0xa6}, 8))
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// must panics on an error that only a bug in this package can cause.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
