package checks

import "testing"

// A finding that indirectly explains what explains it would leave no root cause.
func TestExplanationsHaveARoot(t *testing.T) {
	explains := map[string][]string{}
	for _, check := range All() {
		explains[check.ID] = check.Explains
	}
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		for _, next := range explains[from] {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if reaches(next, to, seen) {
					return true
				}
			}
		}
		return false
	}
	for id := range explains {
		if reaches(id, id, map[string]bool{}) {
			t.Errorf("%s explains itself", id)
		}
	}
}
