package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(softwareOutOfDate, softwareOutOfDateJudgements)

var softwareOutOfDateJudgements = []judgement{
	{"newest", well(), Unknown, "iOS 26.6.1 is the newest that the table of 2026-08-22 knows for this model, which is 92 days old: whether there is a newer one is unknown. A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list.", device.Inconclusive},
	{"newest, with the network", well(seen(device.Reach{})), Unknown, "iOS 26.6.1 is the newest that the table of 2026-08-22 knows for this model, which is 92 days old: whether there is a newer one is unknown. Run backupdoctor releases update.", device.Inconclusive},
	{"newest, by a young table", well(tableFrom(takenAt.Add(-60 * aDay))), OK, "iOS 26.6.1 is the newest this model can run by the table of 2026-09-23.", ""},
	{"newest of an old model", well(modelled("iPhone9,1"), running("15.8.8", "19H422"), newestIs("15.8.8", "15.8.8")), Unknown,
		"iOS 15.8.8 is the newest that the table of 2026-08-22 knows for this model, which is 92 days old: whether there is a newer one is unknown. A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list.", device.Inconclusive},
	{"newer than the table", well(running("27.0.1", "24A446")), OK, "iOS 27.0.1 is newer than the table of 2026-08-22 knows.", ""},
	{"beta", well(running("26.6", "23G5052d")), OK, "iOS 26.6 is a beta, and not compared with releases.", ""},
	{"behind within its major", well(running("26.5", "23F75")), Warning,
		"iOS 26.5 is behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"tens come after nines", well(running("18.10", "22J1"), newestIs("18.9", "18.9")), OK, "iOS 18.10 is newer than the table of 2026-08-22 knows.", ""},
	{"a major behind, and behind in its own", well(running("18.3", "22D60"), newestIs("26.6.1", "18.7.8")), Warning,
		"iOS 18.3 is behind 18.7.8 in its own major version, and a major version behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"a major behind", well(running("18.7.8", "22H352"), newestIs("26.6.1", "18.7.8")), Warning,
		"iOS 18.7.8 is a major version behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"a major that is no longer offered", well(running("17.0", "21A329"), newestIs("26.6.1", "")), Warning,
		"iOS 17 is several major versions behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"several majors behind", well(running("12.5.7", "16H81"), newestIs("26.6.1", "12.5.7")), Warning,
		"iOS 12.5.7 is several major versions behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"several majors behind, and behind in its own", well(running("16.4.1 (a)", "20E772520a"), newestIs("26.6.1", "16.7.15")), Warning,
		"iOS 16.4.1 is behind 16.7.15 in its own major version, and several major versions behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"two majors behind, after 26", well(running("26.1", "23B85"), newestIs("28.0", "")), Warning,
		"iOS 26.1 is several major versions behind 28, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", ""},
	{"a security improvement, with its letter", well(running("26.6.1 (a)", "23G771330a")), Unknown,
		"iOS 26.6.1 is the newest that the table of 2026-08-22 knows for this model, which is 92 days old: whether there is a newer one is unknown. A newer table comes with backupdoctor releases update, which uses the internet, or offline with its flag --from and a copy of Apple's list.", device.Inconclusive},
	{"model newer than the table", well(func(s *device.Snapshot) { s.Newest = device.Unknown[device.Release](device.Unsupported) }), Unknown,
		"The newest software for this model could not be read: this model or iOS version does not report it.", device.Unsupported},
	{"no version", well(withoutVersion), Unknown, "The installed version could not be read: the device did not answer in time.", device.Timeout},
	{"a table with nonsense in it", well(newestIs("latest", "")), Unknown,
		"The newest software for this model could not be read: the reply could not be understood.", device.Malformed},
}

// tableFrom sets the date of the table of releases.
func tableFrom(date time.Time) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		release, _ := s.Newest.Get() // well always has one
		release.TableDate = date
		s.Newest = device.Known(release)
	}
}

func TestSoftwareNamesTheTable(t *testing.T) {
	for _, e := range judgeSoftware(well(running("26.5", "23F75")))[0].Evidence {
		if e.Key == "Newest for this model" && e.Source == "embedded table of releases" && day(e.AsOf) == "2026-08-22" {
			return
		}
	}
	t.Error("no evidence names the table of releases and its date")
}
