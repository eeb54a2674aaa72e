package sysdiagnose

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// shutdownEnd matches the last line of each shutdown, which has its time in seconds since
// 1970. Some versions write the time after an @.
var shutdownEnd = regexp.MustCompile(`^\s*SIGTERM: (?:\[(\d{9,11})\]|.* @(\d{9,11})\b)`)

// shutdowns reads the times of shutdowns, including those of restarts:
//
//	After 1.26s, these clients are still here:
//			remaining client pid: 91 (/usr/libexec/backupd)
//	SIGTERM: [1788941579] All buffers flushed
//
// The device keeps these logs only for a while, and a forced restart leaves no line. The
// processes are skipped.
func (r *reading) shutdowns(m member) error {
	known, _ := r.archive.History.Shutdowns.Get() // from the other shutdown logs
	times := slices.Clone(known)
	err := eachLine(m.Reader, func(line string) bool {
		found := shutdownEnd.FindStringSubmatch(line)
		if found == nil {
			return true
		}
		if seconds, err := strconv.ParseInt(found[1]+found[2], 10, 64); err == nil {
			times = append(times, time.Unix(seconds, 0).UTC())
		}
		if len(times) > 10*maxShutdowns {
			times = newestTimes(times)
		}
		return true
	})
	if err == nil || len(times) > 0 {
		r.archive.History.Shutdowns = device.Known(newestTimes(times))
	}
	return err
}

// newestTimes sorts times newest first, and drops duplicates and the oldest.
func newestTimes(times []time.Time) []time.Time {
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	times = slices.CompactFunc(times, time.Time.Equal)
	if times == nil {
		times = []time.Time{}
	}
	return times[:min(len(times), maxShutdowns)]
}
