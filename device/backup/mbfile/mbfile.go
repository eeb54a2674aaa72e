// Package mbfile reads the records of Manifest.db: one MBFile per row, archived by
// NSKeyedArchiver into a binary property list of about 500 bytes.
//
// A backup has hundreds of thousands of them, and a general decoder takes fourteen times as
// long for each, so [Decode] walks the object table itself and allocates nothing. It is
// bounds-checked throughout, never follows a reference twice and knows only the fields needed
// to verify a backup. Tests and fuzzing compare it with howett.net/plist.
package mbfile

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrMalformed means that the record is not an archived MBFile.
var ErrMalformed = errors.New("the record is not an archived MBFile")

// MaxBytes is the longest record that is decoded. Real ones are under 1 KiB unless they carry
// extended attributes.
const MaxBytes = 1 << 20

// A File is one record. Its slices point into the bytes it was decoded from.
type File struct {
	Size            uint64 // bytes when the device scanned the file; not always the stored length
	HasSize         bool   // some records of iOS 13 have no Size
	Mode            uint32 // st_mode
	ProtectionClass uint8  // 1 to 4 for files
	LastModified    int64  // Unix seconds
	Digest          []byte // SHA-1 of the bytes as stored, 20 bytes; nil for most apps' files
	EncryptionKey   []byte // protection class and wrapped key, 44 bytes; nil if not encrypted
}

// Decode reads one record.
func Decode(data []byte) (File, error) {
	table, ok := open(data)
	if !ok {
		return File{}, ErrMalformed
	}
	objects, root, ok := table.archive()
	if !ok {
		return File{}, ErrMalformed
	}
	var file File
	for i := range root.count {
		key, value := root.entry(i)
		if !file.set(&table, &objects, table.text(key), value) {
			return File{}, ErrMalformed
		}
	}
	return file, nil
}

// Mode reads only the Mode of a record, which is all that matters for a folder or link; 0 if
// there is none.
func Mode(data []byte) (uint32, error) {
	table, ok := open(data)
	if !ok {
		return 0, ErrMalformed
	}
	objects, root, ok := table.archive()
	if !ok {
		return 0, ErrMalformed
	}
	var file File
	for i := range root.count {
		key, value := root.entry(i)
		if key := table.text(key); string(key) == "Mode" && !file.set(&table, &objects, key, value) {
			return 0, ErrMalformed
		}
	}
	return file.Mode, nil
}

// set sets one field, and reports whether its value has the expected type.
func (f *File) set(table *table, objects *collection, key []byte, value uint64) (ok bool) {
	switch string(key) {
	case "Size":
		f.Size, ok = table.integer(value)
		ok = ok && f.Size <= math.MaxInt64
		f.HasSize = ok
	case "Mode":
		var mode uint64
		mode, ok = table.integer(value)
		f.Mode = uint32(mode)
		ok = ok && mode <= 0xffff
	case "ProtectionClass":
		var class uint64
		class, ok = table.integer(value)
		f.ProtectionClass = uint8(class)
		ok = ok && class <= 0xff
	case "LastModified":
		var seconds uint64
		seconds, ok = table.integer(value)
		f.LastModified = int64(seconds)
	case "Digest":
		f.Digest, ok = table.bytesOf(objects, value)
		ok = ok && len(f.Digest) == 20
	case "EncryptionKey":
		f.EncryptionKey, ok = table.bytesOf(objects, value)
		ok = ok && (len(f.EncryptionKey) == 44 || len(f.EncryptionKey) == 0)
	default:
		ok = true
	}
	return ok
}

// A table is the object table of a binary property list.
type table struct {
	data       []byte
	offsets    int    // where the offset table begins
	offsetSize int    // bytes per offset
	refSize    int    // bytes per reference to an object
	count      uint64 // objects
	top        uint64
}

const (
	header  = "bplist00"
	trailer = 32
)

func open(data []byte) (table, bool) {
	if len(data) > MaxBytes || len(data) < len(header)+trailer || string(data[:len(header)]) != header {
		return table{}, false
	}
	end := data[len(data)-trailer:]
	t := table{
		data:       data[:len(data)-trailer],
		offsetSize: int(end[6]),
		refSize:    int(end[7]),
		count:      binary.BigEndian.Uint64(end[8:]),
		top:        binary.BigEndian.Uint64(end[16:]),
	}
	offsets := binary.BigEndian.Uint64(end[24:])
	switch {
	case t.offsetSize < 1 || t.offsetSize > 8 || t.refSize < 1 || t.refSize > 8:
		return table{}, false
	case offsets > uint64(len(t.data)) || t.count > (uint64(len(t.data))-offsets)/uint64(t.offsetSize):
		return table{}, false
	}
	t.offsets = int(offsets)
	return t, true
}

// archive returns the objects of the archive and its root dictionary.
func (t *table) archive() (objects, root collection, ok bool) {
	top, ok := t.collection(t.top, kindDict)
	if !ok {
		return objects, root, false
	}
	archived, okObjects := t.find(&top, "$objects")
	named, okTop := t.find(&top, "$top")
	if !okObjects || !okTop {
		return objects, root, false
	}
	objects, ok = t.collection(archived, kindArray)
	if !ok {
		return objects, root, false
	}
	entry, ok := t.collection(named, kindDict)
	if !ok {
		return objects, root, false
	}
	reference, ok := t.find(&entry, "root")
	if !ok {
		return objects, root, false
	}
	object, ok := t.follow(&objects, reference)
	if !ok {
		return objects, root, false
	}
	root, ok = t.collection(object, kindDict)
	return objects, root, ok
}

// Kinds of object: the upper half of an object's first byte.
const (
	kindInteger = 0x1
	kindData    = 0x4
	kindASCII   = 0x5
	kindUID     = 0x8
	kindArray   = 0xa
	kindDict    = 0xd
)

// object returns the kind, the lower half of the first byte and the offset after it.
func (t *table) object(ref uint64) (kind, low, at int, ok bool) {
	if ref >= t.count {
		return 0, 0, 0, false
	}
	offset, ok := t.number(t.offsets+int(ref)*t.offsetSize, t.offsetSize)
	if !ok || offset >= uint64(t.offsets) {
		return 0, 0, 0, false
	}
	first := t.data[offset]
	return int(first >> 4), int(first & 0xf), int(offset) + 1, true
}

// number reads size bytes, big-endian.
func (t *table) number(at, size int) (uint64, bool) {
	if at < 0 || size > len(t.data)-at {
		return 0, false
	}
	if size == 2 { // nearly always: the offset in a record of more than 255 bytes
		return uint64(t.data[at])<<8 | uint64(t.data[at+1]), true
	}
	return bigEndian(t.data[at : at+size]), true
}

// length returns the count of an object: the lower half of its first byte or, if that is 15,
// the integer after it.
func (t *table) length(low, at int) (length, next int, ok bool) {
	if low != 0xf {
		return low, at, true
	}
	if at >= len(t.data) || t.data[at]>>4 != kindInteger || t.data[at]&0xf > 3 {
		return 0, 0, false
	}
	size := 1 << (t.data[at] & 0xf)
	n, ok := t.number(at+1, size)
	if !ok || n > uint64(len(t.data)) {
		return 0, 0, false
	}
	return int(n), at + 1 + size, true
}

// integer reads an integer of 1, 2, 4 or 8 bytes; those of 8 are signed.
func (t *table) integer(ref uint64) (uint64, bool) {
	kind, low, at, ok := t.object(ref)
	if !ok || kind != kindInteger || low > 3 {
		return 0, false
	}
	return t.number(at, 1<<low)
}

// text returns an ASCII string; nil for anything else.
func (t *table) text(ref uint64) []byte {
	kind, low, at, ok := t.object(ref)
	if !ok || kind != kindASCII {
		return nil
	}
	return t.slice(low, at)
}

func (t *table) slice(low, at int) []byte {
	length, at, ok := t.length(low, at)
	if !ok || length > t.offsets-at {
		return nil
	}
	return t.data[at : at+length]
}

// bytesOf reads data that is stored in place, behind a UID, or in the NS.data of an
// NSMutableData behind a UID, itself in place or behind another UID.
func (t *table) bytesOf(objects *collection, ref uint64) ([]byte, bool) {
	ref, ok := t.follow(objects, ref)
	if !ok {
		return nil, false
	}
	if holder, ok := t.collection(ref, kindDict); ok {
		if ref, ok = t.find(&holder, "NS.data"); !ok {
			return nil, false
		}
		if ref, ok = t.follow(objects, ref); !ok {
			return nil, false
		}
	}
	kind, low, at, ok := t.object(ref)
	if !ok || kind != kindData {
		return nil, false
	}
	data := t.slice(low, at)
	return data, data != nil
}

// follow resolves a UID to its object, and returns any other object unchanged.
func (t *table) follow(objects *collection, ref uint64) (uint64, bool) {
	kind, low, at, ok := t.object(ref)
	if !ok || kind != kindUID {
		return ref, ok
	}
	if low > 7 {
		return 0, false
	}
	uid, ok := t.number(at, low+1)
	if !ok || uid >= uint64(objects.count) {
		return 0, false
	}
	return objects.item(int(uid)), true
}

// A collection is an array, or a dictionary: its keys, then as many values.
type collection struct {
	refs    []byte // from the first reference on
	refSize int
	count   int
}

func (t *table) collection(ref uint64, want int) (collection, bool) {
	kind, low, at, ok := t.object(ref)
	if !ok || kind != want {
		return collection{}, false
	}
	count, at, ok := t.length(low, at)
	if !ok {
		return collection{}, false
	}
	refs := count
	if kind == kindDict {
		refs = 2 * count
	}
	if refs > (t.offsets-at)/t.refSize {
		return collection{}, false
	}
	return collection{refs: t.data[at:], refSize: t.refSize, count: count}, true
}

// item returns the i-th reference. The bounds were checked when the collection was created.
func (c *collection) item(i int) uint64 {
	if c.refSize == 1 { // nearly always: a record has fewer than 256 objects
		return uint64(c.refs[i])
	}
	return bigEndian(c.refs[i*c.refSize:][:c.refSize])
}

// bigEndian returns a number of up to eight bytes.
func bigEndian(data []byte) (n uint64) {
	for _, b := range data {
		n = n<<8 | uint64(b)
	}
	return n
}

// entry returns the i-th key and value of a dictionary.
func (c *collection) entry(i int) (key, value uint64) { return c.item(i), c.item(c.count + i) }

// find returns the value of a key in a dictionary.
func (t *table) find(dict *collection, want string) (uint64, bool) {
	for i := range dict.count {
		key, value := dict.entry(i)
		if string(t.text(key)) == want {
			return value, true
		}
	}
	return 0, false
}
