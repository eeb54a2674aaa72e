package mobilebackup

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// A bplist builds a small binary property list, of up to 256 objects. A device writes one for each
// of its files; plist.Marshal, which looks for equal objects, takes most of the time of a backup
// for that.
type bplist struct {
	data []byte
	at   []int // where each object starts
}

// A ref is the number of an object.
type ref = byte

// The types of objects, in the upper four bits of their first byte.
const (
	bplistInteger = 0x10
	bplistData    = 0x40
	bplistASCII   = 0x50
	bplistUTF16   = 0x60
	bplistUID     = 0x80
	bplistArray   = 0xa0
	bplistDict    = 0xd0
)

// begin begins an object with its type and length.
func (p *bplist) begin(kind byte, length int) ref {
	if p.data == nil {
		p.data = append(make([]byte, 0, 1024), "bplist00"...)
	}
	p.at = append(p.at, len(p.data))
	const inline = 15 // lengths from here on follow as an integer
	if length < inline {
		p.data = append(p.data, kind|byte(length))
	} else {
		p.data = binary.BigEndian.AppendUint32(append(p.data, kind|inline, bplistInteger|2), uint32(length))
	}
	return ref(len(p.at) - 1)
}

func (p *bplist) integer(n int64) ref {
	const logSize = 3 // eight bytes
	r := p.begin(bplistInteger, logSize)
	p.data = binary.BigEndian.AppendUint64(p.data, uint64(n))
	return r
}

func (p *bplist) uid(n byte) ref {
	r := p.begin(bplistUID, 0)
	p.data = append(p.data, n)
	return r
}

func (p *bplist) bytes(data []byte) ref {
	r := p.begin(bplistData, len(data))
	p.data = append(p.data, data...)
	return r
}

func (p *bplist) text(s string) ref {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return p.utf16(s)
		}
	}
	r := p.begin(bplistASCII, len(s))
	p.data = append(p.data, s...)
	return r
}

func (p *bplist) utf16(s string) ref {
	units := utf16.Encode([]rune(s))
	r := p.begin(bplistUTF16, len(units))
	for _, unit := range units {
		p.data = binary.BigEndian.AppendUint16(p.data, unit)
	}
	return r
}

func (p *bplist) array(elements ...ref) ref {
	r := p.begin(bplistArray, len(elements))
	p.data = append(p.data, elements...)
	return r
}

// dict adds a dictionary: keys and values in turn.
func (p *bplist) dict(pairs ...ref) ref {
	r := p.begin(bplistDict, len(pairs)/2)
	for start := range 2 {
		for i := start; i < len(pairs); i += 2 {
			p.data = append(p.data, pairs[i])
		}
	}
	return r
}

// class adds the description of a class in NSKeyedArchiver format, which begins with its own name.
func (p *bplist) class(names ...string) ref {
	list := make([]ref, len(names))
	for i, name := range names {
		list[i] = p.text(name)
	}
	return p.dict(p.text("$classname"), list[0], p.text("$classes"), p.array(list...))
}

// end returns the property list, whose value is top.
func (p *bplist) end(top ref) []byte {
	table := len(p.data)
	size := (bits.Len(uint(table)) + 7) / 8
	for _, at := range p.at {
		for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
			p.data = append(p.data, byte(at>>shift))
		}
	}
	p.data = append(p.data, 0, 0, 0, 0, 0, 0, byte(size), 1)
	for _, n := range []int{len(p.at), int(top), table} {
		p.data = binary.BigEndian.AppendUint64(p.data, uint64(n))
	}
	return p.data
}
