package mobilebackup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
)

// Another encoder's decoder reads what bplist writes.
func TestBplist(t *testing.T) {
	long := strings.Repeat("a", 300)
	var p bplist
	value := p.dict(
		p.text("number"), p.integer(1<<40), p.text("uid"), p.uid(7), p.text("data"), p.bytes([]byte(long)),
		p.text("long"), p.text(long), p.text("Köln 🏔"), p.text(""), p.text("list"), p.array(p.integer(0), p.class("A", "B")),
	)
	var got any
	if _, err := plist.Unmarshal(p.end(value), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"number": uint64(1 << 40), "uid": plist.UID(7), "data": []byte(long), "long": long, "Köln 🏔": "",
		"list": []any{uint64(0), map[string]any{"$classname": "A", "$classes": []any{"A", "B"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
