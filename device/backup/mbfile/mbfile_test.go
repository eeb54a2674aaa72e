package mbfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"howett.net/plist"
)

// archive writes an MBFile as NSKeyedArchiver does. A field that is a plist.UID points into
// more, whose first object is number 2.
func archive(t testing.TB, fields map[string]any, more ...any) []byte {
	t.Helper()
	data, err := plist.Marshal(map[string]any{
		"$version":  100000,
		"$archiver": "NSKeyedArchiver",
		"$top":      map[string]any{"root": plist.UID(1)},
		"$objects":  append([]any{"$null", fields}, more...),
	}, plist.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func fields() map[string]any {
	return map[string]any{
		"RelativePath": "Library/x", "Size": 70000, "Mode": 0o100644, "ProtectionClass": 3,
		"LastModified": 1610659523, "Birth": 1610659523, "InodeNumber": uint64(1) << 40,
	}
}

func with(more map[string]any) map[string]any {
	all := fields()
	for key, value := range more {
		all[key] = value
	}
	return all
}

func TestDecode(t *testing.T) {
	digest, wrapped := bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{2}, 44)
	inline := archive(t, with(map[string]any{"Digest": digest, "EncryptionKey": plist.UID(2)}), map[string]any{"NS.data": wrapped})
	behind := archive(t, with(map[string]any{"Digest": plist.UID(2), "EncryptionKey": plist.UID(3)}),
		digest, map[string]any{"NS.data": plist.UID(4)}, wrapped)
	for name, data := range map[string][]byte{"as a device writes it": inline, "all behind UIDs": behind} {
		file, err := Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if file.Size != 70000 || file.Mode != 0o100644 || file.ProtectionClass != 3 || file.LastModified != 1610659523 {
			t.Errorf("%s: %+v", name, file)
		}
		if !bytes.Equal(file.Digest, digest) || !bytes.Equal(file.EncryptionKey, wrapped) {
			t.Errorf("%s: digest %x, key %x", name, file.Digest, file.EncryptionKey)
		}
		if mode, err := Mode(data); mode != file.Mode || err != nil {
			t.Errorf("%s: mode %o, %v", name, mode, err)
		}
	}
}

// The mode is read even if other fields are malformed.
func TestMode(t *testing.T) {
	for name, test := range map[string]struct {
		data []byte
		mode uint32
		ok   bool
	}{
		"alone":            {archive(t, map[string]any{"Mode": 0o40755}), 0o40755, true},
		"none":             {archive(t, map[string]any{"Size": 1}), 0, true},
		"beside odd ones":  {archive(t, with(map[string]any{"Size": "large", "Digest": 5})), 0o100644, true},
		"of another type":  {archive(t, with(map[string]any{"Mode": "0644"})), 0, false},
		"of too many bits": {archive(t, with(map[string]any{"Mode": 1 << 20})), 0, false},
		"no archive":       {[]byte("bplist00"), 0, false},
	} {
		if mode, err := Mode(test.data); mode != test.mode || (err == nil) != test.ok {
			t.Errorf("%s: %o, %v", name, mode, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := archive(t, fields())
	edit := func(change func(data []byte)) []byte {
		data := bytes.Clone(good)
		change(data)
		return data
	}
	end := len(good) - trailer
	for name, data := range map[string][]byte{
		"empty":                   nil,
		"header only":             []byte(header),
		"XML":                     []byte(`<?xml version="1.0"?><plist version="1.0"><dict/></plist>` + "                   "),
		"cut":                     good[:len(good)-1],
		"offset size 0":           edit(func(d []byte) { d[end+6] = 0 }),
		"reference size 9":        edit(func(d []byte) { d[end+7] = 9 }),
		"count beyond the file":   edit(func(d []byte) { binary.BigEndian.PutUint64(d[end+8:], 1<<63) }),
		"offsets beyond the file": edit(func(d []byte) { binary.BigEndian.PutUint64(d[end+24:], 1<<62) }),
		"top is no dictionary":    edit(func(d []byte) { binary.BigEndian.PutUint64(d[end+16:], 1<<40) }),
		"size is a text":          archive(t, with(map[string]any{"Size": "many"})),
		"mode of 32 bits":         archive(t, with(map[string]any{"Mode": 1 << 20})),
		"digest of 19 bytes":      archive(t, with(map[string]any{"Digest": make([]byte, 19)})),
		"negative size":           archive(t, with(map[string]any{"Size": -5})),
		"key of 40 bytes":         archive(t, with(map[string]any{"EncryptionKey": make([]byte, 40)})),
		"key behind no object":    archive(t, with(map[string]any{"EncryptionKey": plist.UID(200)})),
		"too long":                make([]byte, MaxBytes+1),
	} {
		if file, err := Decode(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v; want ErrMalformed", name, file, err)
		}
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	data := archive(t, with(map[string]any{"Digest": make([]byte, 20)}))
	if n := testing.AllocsPerRun(100, func() { _, _ = Decode(data) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// oracle decodes with howett.net/plist. Use it only for records made by this package: that
// decoder is unbounded.
func oracle(data []byte) (file File, ok bool) {
	var wire struct {
		Objects []any              `plist:"$objects"`
		Top     struct{ Root any } `plist:"$top"`
	}
	var top struct {
		Top map[string]any `plist:"$top"`
	}
	if _, err := plist.Unmarshal(data, &wire); err != nil {
		return file, false
	}
	if _, err := plist.Unmarshal(data, &top); err != nil {
		return file, false
	}
	follow := func(value any) any {
		if uid, ok := value.(plist.UID); ok && uint64(uid) < uint64(len(wire.Objects)) {
			return wire.Objects[uid]
		}
		return value
	}
	bytesOf := func(value any) []byte {
		value = follow(value)
		if holder, ok := value.(map[string]any); ok {
			value = follow(holder["NS.data"])
		}
		data, _ := value.([]byte)
		return data
	}
	root, ok := follow(top.Top["root"]).(map[string]any)
	if !ok {
		return file, false
	}
	number := func(key string) uint64 {
		switch n := root[key].(type) {
		case uint64:
			return n
		case int64:
			return uint64(n)
		}
		return 0
	}
	return File{
		Size: number("Size"), Mode: uint32(number("Mode")), ProtectionClass: uint8(number("ProtectionClass")),
		LastModified: int64(number("LastModified")), Digest: bytesOf(root["Digest"]), EncryptionKey: bytesOf(root["EncryptionKey"]),
	}, true
}

func equal(a, b File) bool {
	return a.Size == b.Size && a.Mode == b.Mode && a.ProtectionClass == b.ProtectionClass && a.LastModified == b.LastModified &&
		bytes.Equal(a.Digest, b.Digest) && bytes.Equal(a.EncryptionKey, b.EncryptionKey)
}

// FuzzDecode looks for a panic on arbitrary bytes.
func FuzzDecode(f *testing.F) {
	f.Add(archive(f, fields()))
	f.Add(archive(f, with(map[string]any{"Digest": plist.UID(2)}), make([]byte, 20)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Decode(data)
		if err == nil && file.Digest != nil && len(file.Digest) != 20 {
			t.Errorf("a digest of %d bytes", len(file.Digest))
		}
		if mode, errMode := Mode(data); err == nil && (errMode != nil || mode != file.Mode) {
			t.Errorf("mode %o, %v; of the whole record %o", mode, errMode, file.Mode)
		}
	})
}

// FuzzOracle compares with howett.net/plist, field by field.
func FuzzOracle(f *testing.F) {
	f.Add(uint64(70000), uint16(0o100644), uint8(3), int64(1610659523), []byte("12345678901234567890"), bytes.Repeat([]byte("key "), 11))
	f.Add(uint64(1)<<62, uint16(0o40755), uint8(0), int64(-5), []byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, size uint64, mode uint16, class uint8, modified int64, digest, wrapped []byte) {
		all := map[string]any{"Size": size, "Mode": mode, "ProtectionClass": class, "LastModified": modified}
		if len(digest) == 20 {
			all["Digest"] = digest
		}
		if len(wrapped) == 44 {
			all["EncryptionKey"] = plist.UID(2)
		}
		if size > 1<<63-1 {
			t.Skip("written as 16 bytes, which no device does")
		}
		data := archive(t, all, map[string]any{"NS.data": wrapped})
		if len(data) > MaxBytes {
			t.Skip("longer than any record that is decoded")
		}
		got, err := Decode(data)
		want, ok := oracle(data)
		if !ok {
			t.Fatal("the oracle cannot read what it wrote")
		}
		if err != nil || !equal(got, want) {
			t.Errorf("Decode %+v, %v; howett %+v", got, err, want)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := archive(b, with(map[string]any{"Digest": make([]byte, 20), "EncryptionKey": plist.UID(2)}), map[string]any{"NS.data": make([]byte, 44)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
