package checks

import (
	"errors"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// verdict weighs the causes, unless the device could not be read. A device that stopped
// responding partway was examined in part: it gets both a verdict and a gap.
func verdict(s device.Snapshot, causes []Cause) (Verdict, device.Gap) {
	if gap, examined := examination(s); !examined {
		return NotExamined, gap
	}
	var ended device.Gap
	if s.Live != nil {
		ended = s.Live.Ended
	}
	for _, h := range s.Histories {
		if ended.Reason == "" && h.Source == archiveSource {
			ended = h.Ended
		}
	}
	switch {
	case slices.ContainsFunc(causes, func(c Cause) bool { return c.Status == Problem }):
		return Failing, ended
	case len(causes) > 0:
		return AtRisk, ended
	}
	if gap, mute := mute(s); mute && expects(s) == device.ExpectICloud {
		return NotExamined, gap
	}
	if isNameless(s) {
		_, err := live(s).Recognized.Get()
		return NotExamined, device.GapOf(err)
	}
	return NoCauseFound, ended
}

// isNameless reports whether an attached device did not provide its UDID. It may not be the
// requested device, so finding nothing says nothing about that one.
func isNameless(s device.Snapshot) bool {
	_, err := live(s).Recognized.Get()
	return err != nil && device.GapOf(err).Reason != device.NotAsked
}

// mute reports, with the reason, whether an attached device says nothing at all about iCloud
// Backup and has no records: finding nothing is then no good news. It does not apply to a
// device without such values, which may never have been signed in.
func mute(s device.Snapshot) (device.Gap, bool) {
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	if s.Live == nil || errEnabled == nil || errLast == nil || errors.Is(errEnabled, device.Absent) || onRecord(s) {
		return device.Gap{}, false
	}
	return device.GapOf(errEnabled), true
}

// examination returns false, with the reason, if the device was not read as far as its iCloud
// Backup values. A refusal to provide them is an answer, so other causes count; silence is not.
func examination(s device.Snapshot) (device.Gap, bool) {
	if s.Live == nil && (onRecord(s) || listenedTo(s)) {
		return device.Gap{}, true
	}
	if s.Live == nil && len(s.Backups) > 0 {
		return readBackups(s)
	}
	if OtherClass(s) {
		return device.Gap{Reason: device.OtherClass}, false
	}
	if !trusted(s) {
		return silence(s), false
	}
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	if unasked(s, errEnabled) && unasked(s, errLast) {
		return silence(s), false
	}
	return device.Gap{}, true
}

// trusted reports whether a device is attached and has started a session.
func trusted(s device.Snapshot) bool {
	trusted, err := live(s).Trusted.Get()
	return err == nil && trusted
}

// onRecord reports whether a device's records say anything about iCloud Backup.
func onRecord(s device.Snapshot) bool {
	return slices.ContainsFunc(records(s), func(r record) bool {
		if r.Source == archiveSource {
			return spokeOfBackups(r.History) && identified(s)
		}
		_, errEnabled := r.CloudBackup.Enabled.Get()
		_, errLast := r.CloudBackup.Last.Get()
		_, errResults := r.CloudBackup.Results.Get()
		_, errWindows := r.Schedule.Windows.Get()
		_, errKeys := r.Schedule.MissingKeyFailures.Get()
		_, errCount := r.Schedule.FailureCount.Get()
		return !silent(errEnabled) || !silent(errLast) || !silent(errResults) || errWindows == nil || errCount == nil || errKeys == nil
	})
}

// identified reports whether the device, or at least its model, is known.
func identified(s device.Snapshot) bool {
	_, err := s.Device.ProductType.Get()
	return s.Device.UDID != "" || err == nil
}

// readBackups returns false, with the reason, if a device is known only by its backups and none
// of them could be read.
func readBackups(s device.Snapshot) (device.Gap, bool) {
	var hidden error
	for _, b := range s.Backups {
		_, err := localProof(b)
		if err == nil {
			return device.Gap{}, true
		}
		if hidden == nil {
			hidden = err
		}
	}
	return device.GapOf(hidden), false
}

// unasked reports whether a fact is missing because the device had stopped responding.
func unasked(s device.Snapshot, err error) bool {
	if err == nil {
		return false
	}
	reason := device.GapOf(err).Reason
	return reason == device.NotAsked || reason == live(s).Ended.Reason
}
