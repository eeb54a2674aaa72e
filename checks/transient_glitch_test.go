package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(transientGlitch, transientGlitchJudgements)

var transientGlitchJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, and no process it needs has crashed since.", ""},
	{"a crash before the fresh backup", well(crashed("backupd", 8*time.Hour)), OK, "A backup completed 7 hours ago, and no process it needs has crashed since.", ""},
	{"a crash after the fresh backup", well(crashed("backupd", 2*time.Hour)), Warning,
		"Since the last good backup the device wrote 1 crash report of backupd.", ""},
	{"crashes", well(lastBackedUp(20*aDay), crashed("cloudd", 3*aDay, 2*aDay), crashed("backupd", aDay)), Warning,
		"In the last two weeks the device wrote 3 crash reports of backupd, cloudd.", ""},
	{"a crash of backupd on three days", well(lastBackedUp(20*aDay), crashed("backupd", aDay, 2*aDay, 3*aDay)), Problem,
		"In the last two weeks the device wrote 3 crash reports of backupd.", ""},
	{"an old crash", well(lastBackedUp(40*aDay), crashed("backupd", 15*aDay)), Ask, "", ""},
	{"a crash of something else", well(lastBackedUp(20*aDay), crashed("panic-full", aDay)), Ask, "", ""},
	{"no crash", well(lastBackedUp(20 * aDay)), Ask, "", ""},
	{"restarted in vain", well(lastBackedUp(20*aDay), recorded(aDay, inArchive, failed(2*aDay, 303), failed(6*aDay, 303), shutDown(4*aDay, 30*aDay))), OK,
		"The device was shut down on 2026-11-18, after an attempt had failed, and an attempt failed again on 2026-11-20: this is not a fault that a restart clears, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"restarted since", well(lastBackedUp(20*aDay), recorded(aDay, inArchive, failed(6*aDay, 303), shutDown(4*aDay))), Ask,
		"The device was shut down on 2026-11-18, after an attempt had failed; whether one failed since is not on record, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"restarted before", well(lastBackedUp(20*aDay), recorded(aDay, inArchive, failed(6*aDay, 303), shutDown(8*aDay))), Ask,
		"The last shutdown on record, on 2026-11-14, was before the attempts failed, as of 2026-11-21, from a sysdiagnose archive. A forced restart is not on record.", ""},
	{"shut down, and no attempt on record", well(lastBackedUp(20*aDay), recorded(aDay, inArchive, shutDown(8*aDay))), Ask, "", ""},
	{"shut down in the future", well(lastBackedUp(20*aDay), recorded(aDay, inArchive, failed(6*aDay, 303), shutDown(-8*aDay))), Ask, "", ""},
	{"refused", well(withoutCrashes), Unknown, "The names of crash reports could not be read: the device refused to report it.", device.Refused},
}

// crashed adds crash reports of a process, by their age.
func crashed(process string, ages ...time.Duration) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		crashes, _ := s.Live.Crashes.Get() // well always has a list
		for _, age := range ages {
			crashes = append(crashes, device.Crash{Process: process, At: takenAt.Add(-age)})
		}
		s.Live.Crashes = device.Known(crashes)
	}
}

func withoutCrashes(s *device.Snapshot) {
	s.Live.Crashes = device.Unknown[[]device.Crash](device.Refused)
}

// shutDown lists shutdowns in a record, by their age.
func shutDown(ages ...time.Duration) func(*device.History) {
	return func(h *device.History) {
		var times []time.Time
		for _, age := range ages {
			times = append(times, takenAt.Add(-age))
		}
		h.Shutdowns = device.Known(times)
	}
}
