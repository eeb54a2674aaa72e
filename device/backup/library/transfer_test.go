package library

import (
	"testing"
	"time"
)

// The time is that of the newest copy that sent enough.
func TestTime(t *testing.T) {
	d := change(t, open(t))
	if _, ok := d.Time(1); ok {
		t.Error("a time without a copy")
	}
	for _, sent := range []Transfer{{100 << 20, 50}, {200 << 20, 50}, {1000, 9}} {
		p := begin(t, d, true)
		put(t, p, id(0x0a, 1), "one", "")
		if err := SaveTransfer(finish(t, p, noon).Folder, sent); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := d.Time(4 << 30); !ok || got != 1024*time.Second {
		t.Errorf("%v, %v", got, ok)
	}
}
