package safeplist

import (
	"encoding/binary"

	"github.com/backupdoctor/backupdoctor/device"
)

// The layout of a binary property list: eight bytes of magic, the objects, a table of
// their offsets, and a trailer of 32 bytes.
const (
	headerLength  = 8
	trailerLength = 32
)

// checkBinary walks the objects of a binary property list as often as they are referred
// to, which is how often a decoder builds them.
func checkBinary(data []byte, limits Limits) error {
	if len(data) < headerLength+1+1+trailerLength {
		return device.Truncated
	}
	if version := data[len("bplist0")]; version != '0' && version != '1' {
		return device.Malformed
	}
	trailer := data[len(data)-trailerLength:]
	walk := binaryWalk{
		data:      data,
		offsets:   binary.BigEndian.Uint64(trailer[24:]),
		offsetLen: uint64(trailer[6]),
		refLen:    uint64(trailer[7]),
		count:     binary.BigEndian.Uint64(trailer[8:]),
		objects:   limits.MaxObjects,
	}
	tableEnd := uint64(len(data) - trailerLength)
	switch {
	case walk.offsetLen < 1 || walk.offsetLen > 8, walk.refLen < 1 || walk.refLen > 8:
		return device.Malformed
	case walk.offsets <= headerLength || walk.offsets >= tableEnd:
		return device.Malformed
	case walk.count > (tableEnd-walk.offsets)/walk.offsetLen:
		return device.Malformed
	}
	return walk.object(binary.BigEndian.Uint64(trailer[16:]), limits.MaxDepth)
}

// binaryWalk is one walk over a binary property list.
type binaryWalk struct {
	data      []byte
	offsets   uint64 // where the objects end and the table of offsets begins
	offsetLen uint64 // bytes of an offset
	refLen    uint64 // bytes of a reference to an object
	count     uint64 // objects in the table
	objects   int    // how many more objects may be visited
}

// object visits object ref and all within it, at most depth containers deep. A
// collection that holds itself is one that is too deep.
func (w *binaryWalk) object(ref uint64, depth int) error {
	if w.objects--; w.objects < 0 {
		return device.Hostile
	}
	if ref >= w.count {
		return device.Malformed
	}
	at := w.number(w.offsets+ref*w.offsetLen, w.offsetLen)
	if at < headerLength || at >= w.offsets {
		return device.Malformed
	}
	const (
		null, integer, real, date, data, ascii, utf16, uid, array, dict = 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x8, 0xA, 0xD
	)
	kind, info := w.data[at]>>4, uint64(w.data[at]&0x0F)
	switch kind {
	case null:
		return w.fits(at+1, 0, 1)
	case integer:
		if info > 4 {
			return device.Malformed
		}
		return w.fits(at+1, 1<<info, 1)
	case real:
		if info != 2 && info != 3 {
			return device.Malformed
		}
		return w.fits(at+1, 1<<info, 1)
	case date:
		return w.fits(at+1, 8, 1)
	case uid:
		return w.fits(at+1, info+1, 1)
	case data, ascii, utf16, array, dict:
	default:
		return device.Malformed
	}

	length, start, err := w.length(at, info)
	if err != nil {
		return err
	}
	switch kind {
	case utf16:
		return w.fits(start, length, 2)
	case data, ascii:
		return w.fits(start, length, 1)
	case dict:
		// Keys, then as many values. The sum cannot overflow where one half fits.
		if err := w.fits(start, length, 2*w.refLen); err != nil {
			return err
		}
		length *= 2
	case array:
		if err := w.fits(start, length, w.refLen); err != nil {
			return err
		}
	}
	if depth == 0 {
		return device.Hostile
	}
	for i := range length {
		if err := w.object(w.number(start+i*w.refLen, w.refLen), depth-1); err != nil {
			return err
		}
	}
	return nil
}

// length is the number of elements of the object at an offset, and where they begin.
// From 15 on it is an integer object of its own.
func (w *binaryWalk) length(at, info uint64) (length, start uint64, err error) {
	if info < 0x0F {
		return info, at + 1, nil
	}
	if err := w.fits(at+1, 1, 1); err != nil {
		return 0, 0, err
	}
	marker := w.data[at+1]
	if marker>>4 != 0x1 || marker&0x0F > 3 {
		return 0, 0, device.Malformed
	}
	size := uint64(1) << (marker & 0x0F)
	if err := w.fits(at+2, size, 1); err != nil {
		return 0, 0, err
	}
	return w.number(at+2, size), at + 2 + size, nil
}

// fits answers device.Malformed unless count elements of size bytes lie between start
// and the table of offsets.
func (w *binaryWalk) fits(start, count, size uint64) error {
	if start > w.offsets || count > (w.offsets-start)/size {
		return device.Malformed
	}
	return nil
}

// number reads a big-endian integer of 1 to 8 bytes. The caller has checked that it lies
// within the data.
func (w *binaryWalk) number(at, size uint64) uint64 {
	var n uint64
	for _, b := range w.data[at : at+size] {
		n = n<<8 | uint64(b)
	}
	return n
}
