package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A page with a writer writes early, and what it writes does not depend on that.
func TestPageIsWrittenWhileItIsPrinted(t *testing.T) {
	var early, atEnd strings.Builder
	streamed, kept := newPage(Options{}), newPage(Options{})
	streamed.to = &early
	for i := range 3*maxKept + 1 {
		for _, p := range []*page{streamed, kept} {
			p.print(fmt.Sprint("line ", i))
			if i == 2*maxKept {
				p.heading("a heading")
			}
		}
		if len(streamed.lines) > maxKept {
			t.Fatalf("%d lines are kept", len(streamed.lines))
		}
	}
	if err := errors.Join(streamed.write(&early), kept.write(&atEnd)); err != nil {
		t.Fatal(err)
	}
	if early.String() != atEnd.String() {
		t.Error("written early, the page is another")
	}
}

func TestPageReportsAnEarlyError(t *testing.T) {
	full := errors.New("no space left on device")
	w := failing{full}
	p := newPage(Options{})
	p.to = w
	for range 2 * maxKept {
		p.print("a line")
	}
	if err := p.write(w); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// failing is a writer that only fails.
type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }
