package sysdiagnose

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// shutdownEnd is the last line that each shutdown leaves, with its time in seconds since 1970.
// Some versions write it behind an @.
var shutdownEnd = regexp.MustCompile(`^\s*SIGTERM: (?:\[(\d{9,11})\]|.* @(\d{9,11})\b)`)

// shutdowns reads when the device was shut down, which a restart does too:
//
//	After 1.26s, these clients are still here:
//			remaining client pid: 91 (/usr/libexec/backupd)
//	SIGTERM: [1788941579] All buffers flushed
//
// The logs are kept for a while only, and a restart that was forced leaves no line. The
// processes are passed over.
func (r *reading) shutdowns(m member) error {
	known, _ := r.archive.History.Shutdowns.Get() // of another of the files
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

// newestTimes sorts times, the newest first, and drops repetitions and the oldest.
func newestTimes(times []time.Time) []time.Time {
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	times = slices.CompactFunc(times, time.Time.Equal)
	if times == nil {
		times = []time.Time{}
	}
	return times[:min(len(times), maxShutdowns)]
}
