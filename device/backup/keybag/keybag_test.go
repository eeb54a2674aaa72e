package keybag

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"os"
	"testing"
)

// vectors are passwords with their expected keys, some from real backups.
func vectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("../../../../shared/data/kdf-vectors/vectors.json")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample data with key derivation vectors is not at hand")
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

type vector struct {
	Password string
	WPKY     string
	Iter     uint32
	Salt     string
	DPIC     uint32
	DPSL     string
	ClassKey string `json:"class_key"`
}

func (v vector) bag(t *testing.T) Bag {
	return Bag{
		Type: TypeBackup, Salt: unhex(t, v.Salt), Rounds: v.Iter,
		FirstSalt: unhex(t, v.DPSL), FirstRounds: v.DPIC,
		Classes: []Class{{ID: 1, Wrap: wrapPassword, Wrapped: unhex(t, v.WPKY)}},
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestUnlockVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if testing.Short() && v.DPIC > 1_000_000 {
			continue
		}
		t.Run(v.Password+"/"+v.Salt[:8], func(t *testing.T) {
			keys, err := v.bag(t).Unlock(t.Context(), v.Password, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(keys.classes[1]); got != v.ClassKey {
				t.Errorf("class key is not the one of the vector")
			}
		})
	}
}

// The example of RFC 3394, section 4.6: a 256-bit key wrapped with a 256-bit key.
func TestUnwrapRFC3394(t *testing.T) {
	kek := unhex(t, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	wrapped := unhex(t, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
	want := unhex(t, "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
	got, err := unwrap(kek, wrapped)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("unwrap = %x, %v; want %x", got, err, want)
	}
	wrapped[3] ^= 1
	if _, err := unwrap(kek, wrapped); !errors.Is(err, ErrWrappedKey) {
		t.Errorf("a flipped bit gives %v, want ErrWrappedKey", err)
	}
}

// Round counts just below, at and above the size of a slice, with one block and with two.
func TestDerive(t *testing.T) {
	for name, newHash := range map[string]func() hash.Hash{"SHA-256": sha256.New, "SHA-1": sha1.New} {
		for _, rounds := range []int{1, 2, 1000, 1<<17 - 1, 1 << 17, 1<<17 + 1} {
			if rounds > 1000 && testing.Short() {
				continue // minutes under the race detector, for one goroutine
			}
			want, err := pbkdf2.Key(newHash, "pass", []byte("salt"), rounds, keyLength)
			if err != nil {
				t.Fatal(err)
			}
			got, err := derive(t.Context(), newHash, []byte("pass"), []byte("salt"), rounds, func(int) {})
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %d rounds: %x, %v; want %x", name, rounds, got, err, want)
			}
		}
	}
}

// Both derivations stop with their context, however many rounds the keybag specifies.
func TestUnlockStops(t *testing.T) {
	for name, bag := range map[string]Bag{
		"first derivation":  {Rounds: 1, FirstSalt: []byte("salt"), FirstRounds: maxRounds},
		"second derivation": {Rounds: maxRounds},
	} {
		bag.Type, bag.Salt = TypeBackup, []byte("salt")
		bag.Classes = []Class{{Wrap: wrapPassword, Wrapped: make([]byte, wrappedLength)}}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := bag.Unlock(ctx, "0000", func(int, int) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Unlock after a cancel = %v, want context.Canceled", name, err)
		}
	}
}

// Progress never goes back, and ends at its total.
func TestUnlockProgress(t *testing.T) {
	bag := Bag{
		Type: TypeBackup, Salt: []byte("salt"), Rounds: 1<<17 + 2, FirstSalt: []byte("salt"), FirstRounds: 1<<17 + 1,
		Classes: []Class{{Wrap: wrapPassword, Wrapped: make([]byte, wrappedLength)}},
	}
	var last, total int
	_, err := bag.Unlock(t.Context(), "0000", func(done, of int) {
		if done < last || done > of {
			t.Errorf("%d of %d after %d", done, of, last)
		}
		last, total = done, of
	})
	if !errors.Is(err, ErrWrongPassword) || last != total {
		t.Errorf("ended at %d of %d: %v", last, total, err)
	}
}

// A password that unlocks nothing, one that unlocks everything, and one that unlocks a part.
func TestUnlockTellsWrongFromDamaged(t *testing.T) {
	v := vectors(t)[0]
	good := v.bag(t)
	damaged := v.bag(t)
	damaged.Classes = append(damaged.Classes, Class{ID: 2, Wrap: 3, Wrapped: make([]byte, wrappedLength)})
	for _, test := range []struct {
		name     string
		bag      Bag
		password string
		want     error
	}{
		{"right", good, v.Password, nil},
		{"wrong", good, "not it", ErrWrongPassword},
		{"wrong on a damaged bag", damaged, "not it", ErrWrongPassword},
		{"right on a damaged bag", damaged, v.Password, ErrDamaged},
	} {
		if _, err := test.bag.Unlock(t.Context(), test.password, nil); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

// tlv encodes one value.
func tlv(tag string, value []byte) []byte {
	out := append([]byte(tag), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(out[4:], uint32(len(value)))
	return append(out, value...)
}

func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func TestParseRefuses(t *testing.T) {
	head := bytes.Join([][]byte{tlv("VERS", u32(5)), tlv("TYPE", u32(1)), tlv("UUID", make([]byte, 16))}, nil)
	for name, data := range map[string][]byte{
		"empty":             nil,
		"no header":         tlv("VERS", u32(5)),
		"half a tag":        append(bytes.Clone(head), "SAL"...),
		"length past end":   append(bytes.Clone(head), "SALT\xff\xff\xff\xff"...),
		"number of 3 bytes": append(bytes.Clone(head), tlv("ITER", []byte{0, 0, 1})...),
		"no rounds":         append(bytes.Clone(head), tlv("ITER", u32(0))...),
		"endless rounds":    append(bytes.Clone(head), tlv("DPIC", u32(0xffffffff))...),
		"too many classes":  append(bytes.Clone(head), bytes.Repeat(tlv("UUID", nil), maxClasses+1)...),
		"too long":          make([]byte, maxBytes+1),
	} {
		if _, err := Parse(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, want ErrMalformed", name, err)
		}
	}
}

func TestParse(t *testing.T) {
	data := bytes.Join([][]byte{
		tlv("VERS", u32(5)), tlv("TYPE", u32(1)), tlv("UUID", make([]byte, 16)), tlv("HMCK", make([]byte, 40)),
		tlv("WRAP", u32(0)), tlv("SALT", []byte("salt")), tlv("ITER", u32(10000)),
		tlv("DPWT", u32(1)), tlv("DPIC", u32(10000000)), tlv("DPSL", []byte("first")),
		tlv("UUID", make([]byte, 16)), tlv("CLAS", u32(3)), tlv("WRAP", u32(2)), tlv("KTYP", u32(0)), tlv("WPKY", make([]byte, 40)),
		tlv("UUID", make([]byte, 16)), tlv("CLAS", u32(11)), tlv("WRAP", u32(3)), tlv("KTYP", u32(0)), tlv("WPKY", make([]byte, 40)), tlv("PBKY", make([]byte, 32)),
	}, nil)
	bag, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := bag.Check(); err != nil {
		t.Error(err)
	}
	if bag.Version != 5 || bag.Rounds != 10000 || bag.FirstRounds != 10000000 || string(bag.Salt) != "salt" || string(bag.FirstSalt) != "first" {
		t.Errorf("header: %+v", bag)
	}
	if len(bag.wrapped()) != 2 || bag.Classes[1].ID != 11 || bag.Classes[1].Wrap != 3 {
		t.Errorf("classes: %+v", bag.Classes)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(bytes.Join([][]byte{tlv("VERS", u32(5)), tlv("UUID", make([]byte, 16)), tlv("UUID", make([]byte, 16)), tlv("CLAS", u32(3))}, nil))
	f.Add([]byte("SALT\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		bag, err := Parse(data)
		if err != nil {
			return
		}
		if bag.FirstRounds > maxRounds || bag.Rounds > maxRounds || len(bag.Classes) > maxClasses {
			t.Errorf("past its bounds: %+v", bag)
		}
	})
}

// BenchmarkUnlock runs the key derivation of a backup since iOS 10.2: ten million rounds, or a
// hundredth of them with -short.
func BenchmarkUnlock(b *testing.B) {
	rounds := 10_000_000
	if testing.Short() {
		rounds /= 100
	}
	for b.Loop() {
		if _, err := derive(b.Context(), sha256.New, []byte("password"), []byte("01234567890123456789"), rounds, func(int) {}); err != nil {
			b.Fatal(err)
		}
	}
}
