package device

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A filler gives every field a distinct value, so tests need not list the fields and cannot
// miss a new one.
type filler struct {
	t     *testing.T
	count int
	texts map[string][]string // all texts filled in, by privacy tag
}

// filled returns a T without empty fields, and its texts by privacy tag.
func filled[T any](t *testing.T) (T, map[string][]string) {
	t.Helper()
	f := filler{t: t, texts: map[string][]string{}}
	var value T
	f.fill(reflect.ValueOf(&value).Elem(), "", reflect.TypeFor[T]().Name())
	return value, f.texts
}

func (f *filler) fill(v reflect.Value, privacy, path string) {
	f.count++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 1, 0, 0, f.count, 0, time.UTC)))
	case v.Type() == reflect.TypeFor[Reason]():
		v.Set(reflect.ValueOf(Timeout))
	case isFact(v.Type()):
		f.fillFact(v, privacy, path)
	default:
		f.fillKind(v, privacy, path)
	}
}

func (f *filler) fillKind(v reflect.Value, privacy, path string) {
	switch v.Kind() {
	case reflect.String:
		text := fmt.Sprintf("%s text %d", path, f.count)
		f.texts[privacy] = append(f.texts[privacy], text)
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(f.count))
	case reflect.Uint64:
		v.SetUint(uint64(f.count))
	case reflect.Float64:
		v.SetFloat(float64(f.count) + 0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), privacy, path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i), privacy, fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			f.fill(value, field.Tag.Get("privacy"), path+"."+field.Name)
		}
	default:
		f.t.Fatalf("%s is a %s: teach this test to fill it", path, v.Type())
	}
}

// fillFact uses JSON, because the fields of a Fact are unexported.
func (f *filler) fillFact(v reflect.Value, privacy, path string) {
	inner := reflect.New(factOf(v.Type()))
	f.fill(inner.Elem(), privacy, path)
	data, err := json.Marshal(map[string]any{"value": inner.Interface()})
	if err == nil {
		err = json.Unmarshal(data, v.Addr().Interface())
	}
	if err != nil {
		f.t.Fatalf("%s: %v", path, err)
	}
}

// isFact reports whether t is a Fact.
func isFact(t reflect.Type) bool {
	return t.PkgPath() == reflect.TypeFor[Snapshot]().PkgPath() && strings.HasPrefix(t.Name(), "Fact[")
}

// factOf returns the value type of the fact type t.
func factOf(t reflect.Type) reflect.Type {
	get, _ := t.MethodByName("Get")
	return get.Type.Out(0)
}
