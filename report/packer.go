package report

import (
	"encoding/binary"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"sync"
	"time"
)

// MaxOpen is the number of devices that a report holds in full. Of thousands, the findings of
// the others are packed, a twentieth of their size.
const MaxOpen = 100

// A Packer packs devices. It holds each text of theirs once, since most findings are worded the
// same on most devices. The zero Packer is ready to use, and safe for concurrent use.
type Packer struct {
	mu      sync.Mutex
	numbers map[string]int // of texts
	texts   []string       // only grows
	alike   map[string][]Statement
}

// Packed is the findings, the needs and the plan of a device.
type Packed struct {
	by   *Packer
	data []byte         // judged, as written by add
	zone *time.Location // of the times when unpacked; nil for UTC
}

// judged is the part of a device that is packed: nearly all of its size.
type judged struct {
	Proof    []Need
	Findings []Finding
	Plan     []Step
}

// Pack returns the device with its findings, needs and plan packed. Only [Device.Whole] and
// [Report.All] return them again, as they were and with times in UTC.
func (p *Packer) Pack(d Device) Device {
	if d.Packed != nil {
		return d
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.numbers == nil {
		p.numbers, p.alike = map[string]int{}, map[string][]Statement{}
	}
	d.Backups = p.share(d.Backups)
	data := p.add(nil, reflect.ValueOf(judged{d.Proof, d.Findings, d.Plan}))
	d.Packed = &Packed{by: p, data: append([]byte{}, data...)}
	d.Proof, d.Findings, d.Plan = nil, nil, nil
	return d
}

// maxAlike bounds how many different lists of statements are remembered.
const maxAlike = 1000

// share returns backups whose statements are shared with those of earlier ones, if they are the
// same: nothing was found in most of thousands of folders. Statements are never changed in place.
func (p *Packer) share(backups []Backup) []Backup {
	shared := slices.Clone(backups)
	for i, b := range shared {
		key := p.add(nil, reflect.ValueOf(b.Statements))
		if same, known := p.alike[string(key)]; known {
			shared[i].Statements = same
		} else if len(p.alike) < maxAlike {
			p.alike[string(key)] = b.Statements
		}
	}
	return shared
}

// Keep packs a device of a report that has n others already, if these are many.
func (p *Packer) Keep(d Device, n int) Device {
	if n < MaxOpen {
		return d
	}
	return p.Pack(d)
}

// Whole returns the device with everything that was packed.
func (d Device) Whole() Device {
	if d.Packed == nil {
		return d
	}
	d.Packed.by.mu.Lock()
	r := unpacker{data: d.Packed.data, texts: d.Packed.by.texts}
	d.Packed.by.mu.Unlock()
	var part judged
	r.next(reflect.ValueOf(&part).Elem())
	d.Proof, d.Findings, d.Plan = part.Proof, part.Findings, part.Plan
	if zone := d.Packed.zone; zone != nil {
		d = inZone{zone}.judged(d)
	}
	d.Packed = nil
	return d
}

// All returns the devices of a report in order, each with everything that is known of it, in
// the memory of one.
func (r Report) All() iter.Seq2[int, Device] {
	return func(yield func(int, Device) bool) {
		for i, d := range r.Devices {
			if !yield(i, d.Whole()) {
				return
			}
		}
	}
}

// in returns what is packed with its times in a zone.
func (p *Packed) in(zone *time.Location) *Packed {
	if p == nil {
		return nil
	}
	return &Packed{p.by, p.data, zone}
}

var timeType = reflect.TypeFor[time.Time]()

// add appends a value: a text as its number, a list as its length plus 1 and its elements, 0 for
// nil, and a struct as its fields.
func (p *Packer) add(data []byte, v reflect.Value) []byte {
	if v.Type() == timeType { // asking the value itself would copy it
		t := v.Interface().(time.Time)
		data = binary.AppendVarint(data, t.Unix())
		return binary.AppendUvarint(data, uint64(t.Nanosecond()))
	}
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		number, known := p.numbers[text]
		if !known {
			number = len(p.texts)
			p.numbers[text] = number
			p.texts = append(p.texts, text)
		}
		return binary.AppendUvarint(data, uint64(number))
	case reflect.Bool:
		if v.Bool() {
			return append(data, 1)
		}
		return append(data, 0)
	case reflect.Uint64:
		return binary.AppendUvarint(data, v.Uint())
	case reflect.Slice:
		if v.IsNil() {
			return append(data, 0)
		}
		data = binary.AppendUvarint(data, uint64(v.Len())+1)
		for i := range v.Len() {
			data = p.add(data, v.Index(i))
		}
		return data
	case reflect.Struct:
		for i := range v.NumField() {
			data = p.add(data, v.Field(i))
		}
		return data
	}
	panic(fmt.Sprintf("a field of the type %v cannot be packed", v.Type()))
}

// An unpacker reads what add has appended.
type unpacker struct {
	data  []byte
	texts []string
}

func (r *unpacker) next(v reflect.Value) {
	if at, ok := v.Addr().Interface().(*time.Time); ok {
		seconds, n := binary.Varint(r.data)
		r.data = r.data[n:]
		*at = time.Unix(seconds, int64(r.number())).UTC()
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(r.texts[r.number()])
	case reflect.Bool:
		v.SetBool(r.number() == 1)
	case reflect.Slice:
		if n := r.number(); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
			for i := range n - 1 {
				r.next(v.Index(i))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.next(v.Field(i))
		}
	}
}

func (r *unpacker) number() int {
	number, n := binary.Uvarint(r.data)
	r.data = r.data[n:]
	return int(number)
}
