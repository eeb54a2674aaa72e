package scan

import (
	"slices"
	"testing"
)

// Of several copies, those that wait for a person are shown first.
func TestUrgentFirst(t *testing.T) {
	rows := map[int]string{0: "receiving  A", 1: "looking    B", 2: "asking     unlock C", 3: "waiting    enter the passcode on D"}
	if got, want := urgentFirst(rows), []string{rows[3], rows[2], rows[0], rows[1]}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
