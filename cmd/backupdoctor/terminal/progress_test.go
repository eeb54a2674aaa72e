package terminal

import (
	"testing"
	"time"
)

func TestTimeLeft(t *testing.T) {
	for _, c := range []struct {
		name        string
		spent       time.Duration
		done, total uint64
		want        time.Duration // 0 for unknown
	}{
		{"half of it", 10 * time.Second, 500, 1000, 10 * time.Second},
		{"a tenth", 10 * time.Second, 100, 1000, 90 * time.Second},
		{"almost over", 10 * time.Second, 999, 1000, time.Second},
		{"too early to say", 999 * time.Millisecond, 500, 1000, 0},
		{"total unknown", 10 * time.Second, 500, 0, 0},
		{"nothing done", 10 * time.Second, 0, 1000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, known := timeLeft(c.spent, c.done, c.total); got != c.want || known != (c.want > 0) {
				t.Errorf("got %v %v, want %v", got, known, c.want)
			}
		})
	}
}
