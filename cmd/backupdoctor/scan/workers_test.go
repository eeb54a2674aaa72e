package scan

import "testing"

func TestVisitsWithin(t *testing.T) {
	for files, want := range map[uint64]int{0: 1, 16: 1, 54: 1, 64: 2, 256: 34, 1024: 162, 1 << 20: mostVisits, 1<<64 - 1: mostVisits} {
		if got := visitsWithin(files); got != want {
			t.Errorf("within %d open files %d visits, want %d", files, got, want)
		}
	}
}
