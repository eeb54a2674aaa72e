package words

import (
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 devices", 1: "1 device", 2: "2 devices"} {
		if got := Count(n, "device"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 11, 20, 0, 30, 59, 0, time.FixedZone("CET", 3600))
	if got := Moment(now); got != "2026-11-20 00:30 CET" {
		t.Errorf("Moment is %q", got)
	}
	if got := Date(now); got != "2026-11-20" {
		t.Errorf("Date is %q", got)
	}
	for ago, want := range map[time.Duration][2]string{
		-2 * time.Minute:       {"less than a minute", "in the future"},
		-30 * time.Second:      {"less than a minute", "just now"},
		0:                      {"less than a minute", "just now"},
		59 * time.Second:       {"less than a minute", "just now"},
		time.Minute:            {"1 minute", "1 minute ago"},
		59 * time.Minute:       {"59 minutes", "59 minutes ago"},
		time.Hour:              {"1 hour", "1 hour ago"},
		47 * time.Hour:         {"47 hours", "47 hours ago"},
		48 * time.Hour:         {"2 days", "2 days ago"},
		400*day + 23*time.Hour: {"400 days", "400 days ago"},
	} {
		if got := Duration(ago); got != want[0] {
			t.Errorf("Duration(%v) is %q, want %q", ago, got, want[0])
		}
		if got := Ago(now.Add(-ago), now); got != want[1] {
			t.Errorf("Ago of %v is %q, want %q", ago, got, want[1])
		}
	}
	if got := Ago(time.Time{}, now); got != "" {
		t.Errorf("Ago of no time is %q", got)
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 48212: "48,212", 1234567: "1,234,567"} {
		if got := Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
