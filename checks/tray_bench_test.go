package checks

import (
	"strconv"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// BenchmarkTogether is what a run asks after each of its devices, where all differ from this
// computer alike. Time per device shows how it grows.
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
