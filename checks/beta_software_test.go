package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(betaSoftware, betaSoftwareJudgements)

var betaSoftwareJudgements = []judgement{
	{"release", well(), OK, "The installed software is a release (build 23G83).", ""},
	{"release candidate", well(running("27.0", "24A435")), OK, "The installed software is a release (build 24A435).", ""},
	{"second build of a release", well(running("26.6.1", "23G6083")), OK, "The installed software is a release (build 23G6083).", ""},
	{"security improvement", well(running("26.3.1", "23D771330a")), OK, "The installed software is a release (build 23D771330a).", ""},
	{"beta", well(running("27.2", "24B5084k")), Warning, "The installed software is a beta (build 24B5084k).", ""},
	{"beta by its own word", well(func(s *device.Snapshot) { s.Live.ReleaseType = device.Known("Beta") }), Warning, "The installed software is a beta (build 23G83).", ""},
	{"no build", well(withoutVersion), Unknown, "The build could not be read: the device did not answer in time.", device.Timeout},
	{"not a build", well(running("27.2", "bogus")), Unknown, "The build could not be read: the reply could not be understood.", device.Malformed},
}
