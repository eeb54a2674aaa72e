package words

import "testing"

func TestSize(t *testing.T) {
	for bytes, want := range map[uint64]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1_000: "1 kB", 9_940: "9.9 kB", 35_000: "35 kB",
		4_824_692: "4.8 MB", 35_402_113: "35 MB", 312_999_999: "312 MB", 999_999_999: "999 MB",
		1_000_000_000: "1 GB", 1_240_000_000: "1.2 GB", 31_240_000_000: "31.2 GB", 128_000_000_000: "128 GB",
		1_000_000_000_000: "1 TB", 1 << 63: "9223372 TB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("%d: %s, want %s", bytes, got, want)
		}
	}
	for bytes, want := range map[uint64]string{
		5_368_709_120: "5 GB", 50 << 30: "50 GB", 200 << 30: "200 GB", 2_199_023_255_552: "2 TB", 6 << 40: "6 TB", 5_000_000_000: "4.7 GB",
	} {
		if got := PlanSize(bytes); got != want {
			t.Errorf("plan of %d: %s, want %s", bytes, got, want)
		}
	}
}
