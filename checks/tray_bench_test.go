package checks

import (
	"strconv"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// BenchmarkTogether measures the query a run makes after each device, with all devices
// differing from this computer by the same amount. Time per device shows how it scales.
func BenchmarkTogether(b *testing.B) {
	for _, count := range []int{100, 1_000, 10_000} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			for b.Loop() {
				var all Members
				for i := range count {
					all.Add(Member{Skew: device.Known(float64(3600 + i%200)), Newest: "26.1", Table: "26.1"})
					all.Together("")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/device")
		})
	}
}
