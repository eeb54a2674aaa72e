package sim

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Requests sent together cost one round trip in total.
func TestDelayLineHoldsEveryByteForTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		line := delayed(far, 50*time.Millisecond)
		start := time.Now()
		go func() {
			near.Write([]byte("one"))
			near.Write([]byte("two"))
			time.Sleep(20 * time.Millisecond)
			near.Write([]byte("six"))
			near.Close()
		}()
		for _, test := range []struct {
			want string
			at   time.Duration
		}{{"one", 50 * time.Millisecond}, {"two", 50 * time.Millisecond}, {"six", 70 * time.Millisecond}} {
			got := make([]byte, 3)
			if _, err := io.ReadFull(line, got); err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want || time.Since(start) != test.at {
				t.Errorf("%q after %v, want %q after %v", got, time.Since(start), test.want, test.at)
			}
		}
		if _, err := line.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		far.Close()
		line.drain()
	})
}

func TestAfterTLSSkipsOneGoodbye(t *testing.T) {
	for name, test := range map[string]struct{ sent, want string }{
		"with a goodbye":    {"\x15\x03\x03\x00\x02\x01\x00request", "request"},
		"without a goodbye": {"\x00\x00\x00\x07request", "\x00\x00\x00\x07request"},
	} {
		near, far := net.Pipe()
		go func() {
			near.Write([]byte(test.sent))
			near.Close()
		}()
		got, err := io.ReadAll(&afterTLS{Conn: far})
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
