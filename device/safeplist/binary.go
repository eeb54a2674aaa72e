package safeplist

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
	"unicode/utf16"

	"github.com/backupdoctor/backupdoctor/device"
)

// Layout of a binary property list: 8 bytes of magic, the objects, a table of
// their offsets, and a trailer of 32 bytes.
const (
	headerLength  = 8
	trailerLength = 32
)

// parseBinary decodes a binary property list. Of the outermost dictionary it decodes only
// the wanted keys, or all if wanted is nil. Containers are decoded, and counted, each time
// they are referenced; all other objects only once.
func parseBinary(data []byte, limits Limits, wanted func(key string) bool) (any, error) {
	if len(data) < headerLength+1+1+trailerLength {
		return nil, device.Truncated
	}
	if version := data[len("bplist0")]; version != '0' && version != '1' {
		return nil, device.Malformed
	}
	trailer := data[len(data)-trailerLength:]
	r := binaryReader{
		data:      data,
		offsets:   binary.BigEndian.Uint64(trailer[24:]),
		offsetLen: uint64(trailer[6]),
		refLen:    uint64(trailer[7]),
		count:     binary.BigEndian.Uint64(trailer[8:]),
		objects:   limits.MaxObjects,
		scalars:   map[uint64]any{},
	}
	tableEnd := uint64(len(data) - trailerLength)
	switch {
	case r.offsetLen < 1 || r.offsetLen > 8, r.refLen < 1 || r.refLen > 8:
		return nil, device.Malformed
	case r.offsets <= headerLength || r.offsets >= tableEnd:
		return nil, device.Malformed
	case r.count > (tableEnd-r.offsets)/r.offsetLen:
		return nil, device.Malformed
	}
	r.wanted, r.outermost = wanted, limits.MaxDepth-1
	return r.object(binary.BigEndian.Uint64(trailer[16:]), limits.MaxDepth)
}

// A binaryReader decodes a binary property list.
type binaryReader struct {
	data      []byte
	offsets   uint64                // end of the objects and start of the offset table
	offsetLen uint64                // bytes per offset
	refLen    uint64                // bytes per object reference
	count     uint64                // number of objects
	objects   int                   // remaining number of object visits
	wanted    func(key string) bool // filters keys of the outermost dictionary; nil for all
	outermost int                   // depth of the outermost dictionary's values
	scalars   map[uint64]any        // decoded scalars by reference, so that shared strings use memory only once
}

// Object kinds, in the upper half of the first byte.
const (
	simpleKind, integerKind, realKind, dateKind, dataKind, asciiKind, utf16Kind, uidKind, arrayKind, dictKind = 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x8, 0xA, 0xD
)

// object decodes object ref and everything in it, up to depth nested containers. A
// container that contains itself exceeds the depth.
func (r *binaryReader) object(ref uint64, depth int) (any, error) {
	if r.objects--; r.objects < 0 {
		return nil, device.Hostile
	}
	if ref >= r.count {
		return nil, device.Malformed
	}
	if value, ok := r.scalars[ref]; ok {
		return value, nil
	}
	at := r.number(r.offsets+ref*r.offsetLen, r.offsetLen)
	if at < headerLength || at >= r.offsets {
		return nil, device.Malformed
	}
	kind, info := r.data[at]>>4, uint64(r.data[at]&0x0F)
	if kind == arrayKind || kind == dictKind {
		if depth == 0 {
			return nil, device.Hostile
		}
		return r.container(kind, at, info, depth-1)
	}
	value, err := r.scalar(kind, at, info)
	if err == nil {
		r.scalars[ref] = value
	}
	return value, err
}

// container decodes an array or a dictionary.
func (r *binaryReader) container(kind byte, at, info uint64, depth int) (any, error) {
	length, start, err := r.length(at, info)
	if err != nil {
		return nil, err
	}
	width := r.refLen
	if kind == dictKind {
		width *= 2 // all keys, then all values
	}
	if err := r.fits(start, length, width); err != nil {
		return nil, err
	}
	element := func(i uint64) (any, error) {
		return r.object(r.number(start+i*r.refLen, r.refLen), depth)
	}
	if kind == arrayKind {
		list := []any{}
		for i := range length {
			value, err := element(i)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	values, sound := map[string]any{}, true
	for i := range length {
		key, err := element(i)
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			sound = false
			continue
		}
		if r.wanted != nil && depth == r.outermost && !r.wanted(name) {
			continue
		}
		if values[name], err = element(length + i); err != nil {
			return nil, err
		}
	}
	if !sound {
		return undecodable{}, nil
	}
	return values, nil
}

// scalar decodes an object that is not a container. An unknown kind is an undecodable
// value; a length beyond the objects makes the whole list malformed.
func (r *binaryReader) scalar(kind byte, at, info uint64) (any, error) {
	switch kind {
	case simpleKind:
		switch info {
		case 8, 9:
			return info == 9, nil
		}
		return undecodable{}, nil
	case integerKind:
		return r.fixed(at+1, 1<<info, info <= 4, r.integer)
	case realKind:
		return r.fixed(at+1, 1<<info, info == 2 || info == 3, r.real)
	case dateKind:
		return r.fixed(at+1, 8, true, r.date)
	case uidKind:
		return r.fixed(at+1, info+1, info < 8, func(at, size uint64) any { return UID(r.number(at, size)) })
	case dataKind, asciiKind, utf16Kind:
		return r.bytes(kind, at, info)
	default:
		return undecodable{}, nil
	}
}

// fixed decodes size bytes if known, that is, if the size is valid for the kind.
func (r *binaryReader) fixed(at, size uint64, known bool, decode func(at, size uint64) any) (any, error) {
	if !known {
		return undecodable{}, nil
	}
	if err := r.fits(at, size, 1); err != nil {
		return nil, err
	}
	return decode(at, size), nil
}

// bytes decodes data and strings.
func (r *binaryReader) bytes(kind byte, at, info uint64) (any, error) {
	length, start, err := r.length(at, info)
	if err != nil {
		return nil, err
	}
	width := uint64(1)
	if kind == utf16Kind {
		width = 2
	}
	if err := r.fits(start, length, width); err != nil {
		return nil, err
	}
	raw := r.data[start : start+length*width]
	switch kind {
	case dataKind:
		return bytes.Clone(raw), nil
	case asciiKind:
		return string(raw), nil
	}
	units := make([]uint16, length)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// integer decodes an integer. Those of 1, 2 or 4 bytes are unsigned and those of 8 bytes
// signed; those of 16 bytes are undecodable unless they fit in 64 bits, signed or unsigned.
func (r *binaryReader) integer(at, size uint64) any {
	switch size {
	case 16:
		high, low := r.number(at, 8), r.number(at+8, 8)
		switch {
		case high == 0:
			return low
		case high == math.MaxUint64 && int64(low) < 0:
			return int64(low)
		}
		return undecodable{}
	case 8:
		if n := int64(r.number(at, size)); n < 0 {
			return n
		}
	}
	return r.number(at, size)
}

func (r *binaryReader) real(at, size uint64) any {
	if size == 4 {
		return float64(math.Float32frombits(uint32(r.number(at, size))))
	}
	return math.Float64frombits(r.number(at, size))
}

// date decodes a number of seconds since 2001.
func (r *binaryReader) date(at, size uint64) any {
	const epoch = 978_307_200 // 2001 in seconds since 1970
	seconds := math.Float64frombits(r.number(at, size))
	whole, fraction := math.Modf(seconds)
	date := time.Unix(int64(whole)+epoch, int64(fraction*float64(time.Second))).UTC()
	const millennia = 8000 * 365.25 * 24 * 60 * 60
	if !(math.Abs(seconds) < millennia) || date.Year() < 1 || date.Year() > 9999 {
		return undecodable{}
	}
	return date
}

// length returns the number of elements of the object at an offset, and the start of its
// content. A length of 15 or more is stored as a separate integer object.
func (r *binaryReader) length(at, info uint64) (length, start uint64, err error) {
	if info < 0x0F {
		return info, at + 1, nil
	}
	if err := r.fits(at+1, 1, 1); err != nil {
		return 0, 0, err
	}
	marker := r.data[at+1]
	if marker>>4 != 0x1 || marker&0x0F > 3 {
		return 0, 0, device.Malformed
	}
	size := uint64(1) << (marker & 0x0F)
	if err := r.fits(at+2, size, 1); err != nil {
		return 0, 0, err
	}
	return r.number(at+2, size), at + 2 + size, nil
}

// fits returns device.Malformed unless count elements of size bytes fit between start and
// the offset table.
func (r *binaryReader) fits(start, count, size uint64) error {
	if start > r.offsets || count > (r.offsets-start)/size {
		return device.Malformed
	}
	return nil
}

// number reads a big-endian integer of 1 to 8 bytes. The caller has checked the bounds.
func (r *binaryReader) number(at, size uint64) uint64 {
	var n uint64
	for _, b := range r.data[at : at+size] {
		n = n<<8 | uint64(b)
	}
	return n
}
